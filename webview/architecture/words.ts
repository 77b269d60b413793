// Owns what the Architecture page says of a layer, on the box, in the table, to a screen reader and in Mermaid. Pure.
import * as l10n from '@vscode/l10n';
import { layerKindLabel } from '../../src/shared/modelTexts';
import type { Architecture, ArchitectureNode } from '../../src/shared/schema/architecture';
import { formatCount } from '../ui/format';

/** e.g. `128` or `28 × 28 × 3`; a scalar has no dimensions. */
export function shapeText(shape: readonly number[]): string {
  return shape.length === 0 ? l10n.t('scalar') : shape.map((n) => formatCount(n)).join(' × ');
}

export function parameterText(count: number): string {
  return count === 1 ? l10n.t('1 parameter') : l10n.t('{0} parameters', formatCount(count));
}

/** What the box says, in its order: who speaks a command to a box reads its name from the screen. */
export function spoken(node: ArchitectureNode): string {
  return [
    node.label,
    node.activation,
    `${layerKindLabel(node.kind)} → ${shapeText(node.outputShape)}`,
    node.parameters > 0 ? parameterText(node.parameters) : undefined,
    ...node.notes,
  ]
    .filter((part) => part !== undefined)
    .join(', ');
}

/** Mermaid's own escapes; a quote or a bracket would end the label. */
function mermaidText(text: string): string {
  return text
    .replaceAll('&', '#amp;')
    .replaceAll('"', '#quot;')
    .replaceAll('<', '#lt;')
    .replaceAll('>', '#gt;')
    .replaceAll(/\s+/g, ' ');
}

/** A flowchart that GitHub and the Markdown preview draw. */
export function toMermaid(architecture: Architecture): string {
  const ids = new Map(architecture.nodes.map((node, index) => [node.id, `n${index}`]));
  const lines = ['flowchart TD'];
  for (const node of architecture.nodes) {
    const text = [
      node.activation === undefined ? node.label : `${node.label} · ${node.activation}`,
      node.parameters > 0
        ? `${shapeText(node.outputShape)} · ${parameterText(node.parameters)}`
        : shapeText(node.outputShape),
      ...node.notes,
    ];
    lines.push(`  ${ids.get(node.id) ?? ''}["${text.map(mermaidText).join('<br/>')}"]`);
  }
  for (const edge of architecture.edges) {
    const from = ids.get(edge.from);
    const to = ids.get(edge.to);
    if (from !== undefined && to !== undefined) lines.push(`  ${from} --> ${to}`);
  }
  return `${lines.join('\n')}\n`;
}
