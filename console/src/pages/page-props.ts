export interface PageProps {
  /** The second part of the hash: `#/volumes/ID`. '' for a page that is about no single object. */
  readonly id: string;
  readonly query: URLSearchParams;
}
