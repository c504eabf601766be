/** Dead jobs as the API takes them to be tried again: one lane at a time, at most 200 of them. */
import type { Job, LaneName } from '../api/types';

const most = 200;

export function byLane(jobs: Pick<Job, 'id' | 'lane'>[]): { lane: LaneName; ids: string[] }[] {
  const lanes = new Map<LaneName, string[]>();
  for (const { id, lane } of jobs) lanes.set(lane, [...(lanes.get(lane) ?? []), id]);
  return [...lanes].flatMap(([lane, ids]) =>
    Array.from({ length: Math.ceil(ids.length / most) }, (_, part) => ({
      lane,
      ids: ids.slice(part * most, (part + 1) * most),
    })),
  );
}
