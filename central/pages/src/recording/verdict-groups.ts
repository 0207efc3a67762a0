import type { Finding } from '@mingjing/protocol';

/** Findings that say the same of many places: said once, faults first. */
export interface FindingGroup {
  readonly axis: Finding['axis'];
  readonly code: Finding['code'];
  readonly severity: Finding['severity'];
  readonly places: readonly Finding['place'][];
}

export function groupFindings(findings: readonly Finding[]): FindingGroup[] {
  const groups = Map.groupBy(findings, ({ axis, code, severity }) => [severity, axis, code].join(' '));
  return [...groups.values()]
    .flatMap((group) => {
      const [first] = group;
      if (first === undefined) return [];
      const { axis, code, severity } = first;
      return [{ axis, code, severity, places: group.map(({ place }) => place) }];
    })
    .toSorted((one, other) => Number(one.severity === 'remark') - Number(other.severity === 'remark'));
}
