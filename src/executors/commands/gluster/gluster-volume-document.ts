import { child, children, childText, type XmlElement } from './gluster-xml.js';

/** `volume info --xml` as the original shows it to people: every element under the name of its own field. */
export function volumeDocument(output: XmlElement): object {
  const volumes = child(child(output, 'volInfo'), 'volumes');
  return {
    XMLName: xmlName('volInfo'),
    Volumes: {
      XMLName: xmlName('volumes'),
      Count: count(volumes, 'count'),
      VolumeList: children(volumes, 'volume').map(volumeEntry),
    },
  };
}

function volumeEntry(volume: XmlElement): object {
  return {
    XMLName: xmlName('volume'),
    VolumeName: childText(volume, 'name'),
    ID: childText(volume, 'id'),
    Status: count(volume, 'status'),
    StatusStr: childText(volume, 'statusStr'),
    BrickCount: count(volume, 'brickCount'),
    DistCount: count(volume, 'distCount'),
    StripeCount: count(volume, 'stripeCount'),
    ReplicaCount: count(volume, 'replicaCount'),
    ArbiterCount: count(volume, 'arbiterCount'),
    DisperseCount: count(volume, 'disperseCount'),
    RedundancyCount: count(volume, 'redundancyCount'),
    Type: count(volume, 'type'),
    TypeStr: childText(volume, 'typeStr'),
    Transport: count(volume, 'transport'),
    Bricks: {
      XMLName: xmlName('bricks'),
      BrickList: children(child(volume, 'bricks'), 'brick').map((brick) => ({
        UUID: childText(brick, '@uuid'),
        Name: childText(brick, 'name'),
        HostUUID: childText(brick, 'hostUuid'),
        IsArbiter: count(brick, 'isArbiter'),
      })),
    },
    OptCount: count(volume, 'optCount'),
    Options: {
      XMLName: xmlName('options'),
      OptionList: children(child(volume, 'options'), 'option').map((option) => ({
        Name: childText(option, 'name'),
        Value: childText(option, 'value'),
      })),
    },
  };
}

function xmlName(Local: string): object {
  return { Space: '', Local };
}

/** Missing or unreadable numbers are 0, as in the original: this is only shown. */
function count(element: XmlElement | null, name: string): number {
  return Number(childText(element, name)) || 0;
}
