// Owns where boxes and arrows go: dagre's layered layout, top to bottom. Pure; knows nothing of the page.
import { Graph, layout } from '@dagrejs/dagre';
import type { Architecture, ArchitectureNode } from '../../src/shared/schema/architecture';

/** All in pixels at zoom 1; x and y are the top left corner. */
export interface Box {
  readonly node: ArchitectureNode;
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}
export interface Arrow {
  readonly from: string;
  readonly to: string;
  readonly points: readonly { readonly x: number; readonly y: number }[];
}
export interface Diagram {
  readonly boxes: readonly Box[];
  readonly arrows: readonly Arrow[];
  readonly width: number;
  readonly height: number;
}

export const BOX_WIDTH = 272;
const LINE = 18;
const MARGIN = 16;

export function boxHeight(node: ArchitectureNode): number {
  return 2 * LINE + 16 + (node.notes.length > 0 ? LINE : 0);
}

/** Boxes in the order of `architecture.nodes`. An edge to a node that is not there is left out. */
export function layoutArchitecture(architecture: Architecture): Diagram {
  const graph = new Graph({ directed: true });
  graph.setGraph({ rankdir: 'TB', ranksep: 30, nodesep: 24, marginx: MARGIN, marginy: MARGIN });
  graph.setDefaultEdgeLabel(() => ({}));
  for (const node of architecture.nodes) {
    graph.setNode(node.id, { width: BOX_WIDTH, height: boxHeight(node) });
  }
  const known = new Set(architecture.nodes.map((node) => node.id));
  for (const edge of architecture.edges) {
    if (known.has(edge.from) && known.has(edge.to)) graph.setEdge(edge.from, edge.to);
  }
  layout(graph);
  const boxes = architecture.nodes.map((node): Box => {
    const placed = graph.node(node.id) as { x: number; y: number };
    const height = boxHeight(node);
    return { node, x: placed.x - BOX_WIDTH / 2, y: placed.y - height / 2, width: BOX_WIDTH, height };
  });
  const arrows = graph.edges().map((edge): Arrow => {
    const label = graph.edge(edge) as { points: { x: number; y: number }[] };
    return { from: edge.v, to: edge.w, points: label.points };
  });
  return {
    boxes,
    arrows,
    width: Math.max(0, ...boxes.map((box) => box.x + box.width)) + MARGIN,
    height: Math.max(0, ...boxes.map((box) => box.y + box.height)) + MARGIN,
  };
}
