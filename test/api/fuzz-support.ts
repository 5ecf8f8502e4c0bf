import { once } from 'node:events';
import { Agent, type IncomingMessage, request } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { FastifyInstance } from 'fastify';
import { expect } from 'vitest';
import { DEFECT_TEXT } from '../../src/api/errors.js';

/** Requests of all these tests together; `npm run test:fuzz` sends 100,000. */
const REQUESTS = Number(process.env.MORTAR_FUZZ_REQUESTS ?? 6_000);
const PROPERTIES = 4;
export const RUNS = { numRuns: Math.ceil(REQUESTS / PROPERTIES) };
export const TIMEOUT_MS = Math.max(120_000, REQUESTS * 40);

/** Of a request, our sending of it included. */
const MOST_CPU_MS = 100;
/** Where simulated hosts work in this process, too. */
export const MOST_CPU_WITH_HOSTS_MS = 500;
/** A collection of garbage may fall into one of them. */
const TRIES = 3;

export interface Answer {
  readonly statusCode: number;
  readonly body: string;
}

export interface Sent {
  readonly method: string;
  /** As it stands in the request line. */
  readonly path: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly payload?: string;
}

/** Asks over a socket, where a path goes as it is written. No defect, no 5xx, and no answer that keeps the server busy. */
export class Asker {
  readonly #server: FastifyInstance;
  readonly #agent = new Agent({ keepAlive: true });
  #slowestMs = 0;
  #slowest = '';

  /** Of the statuses of 500 and above. */
  readonly #expected: readonly number[];

  readonly #mostCpuMs: number;

  private constructor(server: FastifyInstance, expected: readonly number[], mostCpuMs: number) {
    this.#server = server;
    this.#expected = expected;
    this.#mostCpuMs = mostCpuMs;
  }

  static async of(server: FastifyInstance, expected: readonly number[] = [501], mostCpuMs = MOST_CPU_MS) {
    await server.listen({ port: 0, host: '127.0.0.1' });
    return new Asker(server, expected, mostCpuMs);
  }

  async ask(sent: Sent): Promise<Answer> {
    const what = `${sent.method} ${sent.path.slice(0, 200)} ${(sent.payload ?? '').slice(0, 200)}`;
    let least = Number.POSITIVE_INFINITY;
    let answer: Answer = { statusCode: 0, body: '' };
    for (let i = 0; i < TRIES && least > this.#mostCpuMs; i++) {
      const before = process.cpuUsage();
      const next = await this.#send(sent);
      // What was made at the first time is refused at the second.
      if (i === 0 || next.statusCode < answer.statusCode) answer = next;
      const { user, system } = process.cpuUsage(before);
      least = Math.min(least, (user + system) / 1000);
      if (!this.#expected.includes(next.statusCode)) expect(next.statusCode, what).toBeLessThan(500);
      expect(next.body, what).not.toContain(DEFECT_TEXT);
    }
    if (least > this.#slowestMs) [this.#slowestMs, this.#slowest] = [least, what];
    expect(least, `ms of CPU for ${what}`).toBeLessThan(this.#mostCpuMs);
    return answer;
  }

  async close(): Promise<void> {
    this.#agent.destroy();
    await this.#server.close();
    console.log(
      `fuzz: ${RUNS.numRuns} requests, the slowest ${this.#slowestMs.toFixed(0)} ms of CPU: ${this.#slowest}`,
    );
  }

  async #send({ method, path, headers = {}, payload = '' }: Sent): Promise<Answer> {
    const { port } = this.#server.server.address() as AddressInfo;
    // Node does not send the length of a DELETE's body by itself.
    const framed = { 'content-length': Buffer.byteLength(payload), ...headers };
    const sent = request({ agent: this.#agent, port, host: '127.0.0.1', method, path, headers: framed });
    sent.end(payload);
    const [answer] = (await once(sent, 'response')) as [IncomingMessage];
    let body = '';
    for await (const chunk of answer.setEncoding('utf8')) body += chunk;
    return { statusCode: answer.statusCode ?? 0, body };
  }
}
