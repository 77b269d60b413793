// Holds where the boxes go, and the Mermaid text of a network.
import { describe, expect, it } from 'vitest';
import type { Architecture, ArchitectureNode } from '../../../src/shared/schema/architecture';
import { layoutArchitecture } from '../../../webview/architecture/layout';
import { spoken, toMermaid } from '../../../webview/architecture/words';

function node(id: string, change: Partial<ArchitectureNode> = {}): ArchitectureNode {
  return {
    id,
    kind: 'dense',
    label: id,
    outputShape: [4],
    parameters: 20,
    trainable: 20,
    flops: 40,
    notes: [],
    ...change,
  };
}

function chain(nodes: ArchitectureNode[]): Architecture {
  return {
    nodes,
    edges: nodes.slice(1).map((to, i) => ({ from: nodes[i]!.id, to: to.id })),
    totals: { parameters: 0, trainable: 0, flops: 0, weightBytes: 0 },
  };
}

describe('layoutArchitecture', () => {
  it('stacks 300 layers in order, without overlap, quickly', () => {
    const before = performance.now();
    const { boxes, arrows, height } = layoutArchitecture(
      chain(Array.from({ length: 300 }, (_, i) => node(`l${i}`))),
    );
    expect(performance.now() - before).toBeLessThan(2000);
    expect(arrows).toHaveLength(299);
    for (let i = 1; i < boxes.length; i++) {
      expect(boxes[i]!.y).toBeGreaterThan(boxes[i - 1]!.y + boxes[i - 1]!.height);
      expect(boxes[i]!.x).toBe(boxes[0]!.x);
    }
    expect(height).toBeGreaterThan(boxes.at(-1)!.y);
  });

  it('gives notes their own line', () => {
    const { boxes } = layoutArchitecture(chain([node('a'), node('b', { notes: ['l2 0.001'] })]));
    expect(boxes[1]!.height).toBeGreaterThan(boxes[0]!.height);
  });

  it('leaves out an edge to a node that is not there', () => {
    const graph = { ...chain([node('a'), node('b')]), edges: [{ from: 'a', to: 'ghost' }] };
    expect(layoutArchitecture(graph).arrows).toEqual([]);
  });

  it('of nothing is an empty drawing', () => {
    expect(layoutArchitecture(chain([])).boxes).toEqual([]);
  });
});

describe('words', () => {
  it('writes a Mermaid flowchart with escaped labels', () => {
    const text = toMermaid(
      chain([
        node('in', { kind: 'input', label: 'Input', parameters: 0 }),
        node('d', { label: 'Dense "128" <x>', activation: 'relu', outputShape: [128], parameters: 1280 }),
      ]),
    );
    expect(text).toBe(
      [
        'flowchart TD',
        '  n0["Input<br/>4"]',
        '  n1["Dense #quot;128#quot; #lt;x#gt; · relu<br/>128 · 1,280 parameters"]',
        '  n0 --> n1',
        '',
      ].join('\n'),
    );
  });

  it('says all of a box to a screen reader', () => {
    expect(spoken(node('Dense 4', { activation: 'relu', notes: ['l2 0.1'] }))).toBe(
      'Dense 4, relu, Dense → 4, 20 parameters, l2 0.1',
    );
  });
});
