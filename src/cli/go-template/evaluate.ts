import { CliError } from '../errors.js';
import { FUNCTIONS, isTruthy, showValue, type Value } from './functions.js';
import type { Operand, Pipeline, TemplateNode } from './parse.js';

/** Runs a parsed template over `data`. */
export function evaluateTemplate(nodes: readonly TemplateNode[], data: Value): string {
  const evaluation = new Evaluation(data);
  evaluation.run(nodes, data, null);
  return evaluation.text;
}

class LoopExit {
  readonly kind: 'break' | 'continue';

  constructor(kind: 'break' | 'continue') {
    this.kind = kind;
  }
}

/** Variables visible at one place; the innermost first. */
interface Scope {
  readonly name: string;
  value: Value;
  readonly outer: Scope | null;
}

class Evaluation {
  text = '';
  readonly #root: Value;

  constructor(root: Value) {
    this.#root = root;
  }

  run(nodes: readonly TemplateNode[], dot: Value, outer: Scope | null): void {
    let scope = outer;
    for (const node of nodes) {
      switch (node.kind) {
        case 'text':
          this.text += node.text;
          break;
        case 'print': {
          const value = this.#evaluate(node.pipeline, dot, scope);
          const [name] = node.pipeline.variables;
          if (name === undefined) this.text += showValue(value);
          else scope = bind(scope, node.pipeline, name, value);
          break;
        }
        case 'range':
          this.#range(node, dot, scope);
          break;
        case 'if':
        case 'with': {
          const value = this.#evaluate(node.pipeline, dot, scope);
          const [name] = node.pipeline.variables;
          const inner = name === undefined ? scope : bind(scope, node.pipeline, name, value);
          if (isTruthy(value)) this.run(node.body, node.kind === 'with' ? value : dot, inner);
          else this.run(node.otherwise, dot, inner);
          break;
        }
        default:
          throw new LoopExit(node.kind);
      }
    }
  }

  #range(node: Extract<TemplateNode, { kind: 'if' | 'range' | 'with' }>, dot: Value, scope: Scope | null): void {
    const { pipeline, body, otherwise } = node;
    const entries = entriesOf(this.#evaluate(pipeline, dot, scope), pipeline);
    if (entries.length === 0) this.run(otherwise, dot, scope);
    const [first, second] = pipeline.variables;
    for (const [key, value] of entries) {
      let inner = scope;
      if (first !== undefined) inner = bind(inner, pipeline, first, second === undefined ? value : key);
      if (second !== undefined) inner = bind(inner, pipeline, second, value);
      try {
        this.run(body, value, inner);
      } catch (error) {
        if (!(error instanceof LoopExit)) throw error;
        if (error.kind === 'break') return;
      }
    }
  }

  #evaluate(pipeline: Pipeline, dot: Value, scope: Scope | null): Value {
    let result: Value;
    let isFirst = true;
    for (const command of pipeline.commands) {
      const piped: readonly Value[] = isFirst ? [] : [result];
      result = this.#runCommand(command, piped, pipeline, dot, scope);
      isFirst = false;
    }
    return result;
  }

  #runCommand(
    command: readonly Operand[],
    piped: readonly Value[],
    pipeline: Pipeline,
    dot: Value,
    scope: Scope | null,
  ): Value {
    const [head, ...rest] = command;
    if (head === undefined) return undefined;
    if (head.kind === 'word' && (head.text === 'and' || head.text === 'or')) {
      return this.#untilDecided(head.text === 'or', rest, piped, (operand) =>
        this.#operand(operand, pipeline, dot, scope),
      );
    }
    const args = [...rest.map((operand) => this.#operand(operand, pipeline, dot, scope)), ...piped];
    if (head.kind === 'word') {
      const call = Object.hasOwn(FUNCTIONS, head.text) ? FUNCTIONS[head.text] : undefined;
      if (call === undefined) throw new CliError(`template: function "${head.text}" not defined`);
      return call(...args);
    }
    if (args.length > 0) throw new CliError(`template: can't give argument to non-function in {{${pipeline.source}}}`);
    return this.#operand(head, pipeline, dot, scope);
  }

  /** `and` and `or`: the first value that decides, or else the last one; what stands behind it is not evaluated. */
  #untilDecided(
    decider: boolean,
    operands: readonly Operand[],
    piped: readonly Value[],
    evaluate: (operand: Operand) => Value,
  ): Value {
    let value: Value;
    for (const operand of operands) {
      value = evaluate(operand);
      if (isTruthy(value) === decider) return value;
    }
    return piped.length > 0 ? piped[0] : value;
  }

  #operand(operand: Operand, pipeline: Pipeline, dot: Value, scope: Scope | null): Value {
    switch (operand.kind) {
      case 'literal':
        return operand.value;
      case 'field':
        return fieldOf(dot, operand.names, pipeline);
      case 'variable':
        return fieldOf(operand.name === '$' ? this.#root : find(scope, operand.name).value, operand.names, pipeline);
      case 'group':
        return fieldOf(this.#evaluate(operand.pipeline, dot, scope), operand.names, pipeline);
      case 'word':
        return this.#runCommand([operand], [], pipeline, dot, scope);
    }
  }
}

function bind(scope: Scope | null, pipeline: Pipeline, name: string, value: Value): Scope | null {
  if (!pipeline.isAssignment) return { name, value, outer: scope };
  find(scope, name).value = value;
  return scope;
}

function find(scope: Scope | null, name: string): Scope {
  for (let at = scope; at !== null; at = at.outer) if (at.name === name) return at;
  throw new CliError(`template: undefined variable "${name}"`);
}

function fieldOf(value: Value, names: readonly string[], pipeline: Pipeline): Value {
  return names.reduce((current, name) => {
    if (current instanceof Map) return current.get(name);
    const isStruct = current !== null && typeof current === 'object' && !Array.isArray(current);
    if (!isStruct || !Object.hasOwn(current, name)) {
      throw new CliError(`template: can't evaluate field ${name} in {{${pipeline.source}}}`);
    }
    return (current as { readonly [member: string]: Value })[name];
  }, value);
}

function entriesOf(value: Value, pipeline: Pipeline): [Value, Value][] {
  if (value === null || value === undefined) return [];
  if (Array.isArray(value)) return value.map((item: Value, i): [Value, Value] => [i, item]);
  if (value instanceof Map) return [...(value as Map<string, Value>)].sort(([a], [b]) => (a < b ? -1 : 1));
  if (typeof value === 'number') return Array.from({ length: value }, (_, i): [Value, Value] => [i, i]);
  throw new CliError(`template: range can't iterate over ${showValue(value)} in {{${pipeline.source}}}`);
}
