type Plan = { time: number; place: number; happens: (at: Date) => void };

/** What is still to happen, in the order of time; at the same time, what was planned first. */
export type Agenda = {
  plan(at: Date, happens: (at: Date) => void): void;
  /** Lets happen what is planned for before then; it may plan more. */
  runUntil(until: Date): void;
};

export function createAgenda(): Agenda {
  // A heap: of two plans, the one that stands at half the other's index comes first.
  const plans: Plan[] = [];
  let planned = 0;

  const comesFirst = (one: Plan, other: Plan) =>
    one.time < other.time || (one.time === other.time && one.place < other.place);

  function place(plan: Plan, from: number): void {
    let index = from;
    while (index > 0) {
      const above = (index - 1) >> 1;
      const parent = plans[above] as Plan;
      if (!comesFirst(plan, parent)) break;
      plans[index] = parent;
      index = above;
    }
    plans[index] = plan;
  }

  function takeFirst(): Plan {
    const [first] = plans as [Plan];
    const last = plans.pop() as Plan;
    if (plans.length === 0) return first;
    let index = 0;
    for (;;) {
      let below = 2 * index + 1;
      if (below >= plans.length) break;
      if (below + 1 < plans.length && comesFirst(plans[below + 1] as Plan, plans[below] as Plan)) below += 1;
      const child = plans[below] as Plan;
      if (!comesFirst(child, last)) break;
      plans[index] = child;
      index = below;
    }
    plans[index] = last;
    return first;
  }

  return {
    plan(at, happens) {
      planned += 1;
      place({ time: at.getTime(), place: planned, happens }, plans.length);
    },
    runUntil(until) {
      const end = until.getTime();
      while (plans.length > 0 && (plans[0] as Plan).time < end) {
        const { time, happens } = takeFirst();
        happens(new Date(time));
      }
    },
  };
}
