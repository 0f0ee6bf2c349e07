import type { AgentRow } from '~/bindings/AgentRow';
import type { CallerRow } from '~/bindings/CallerRow';
import type { QueueRow } from '~/bindings/QueueRow';
import type { SourceRow } from '~/bindings/SourceRow';
import { clock } from '~/shared/clock.svelte';
import { feed } from '~/shared/feed.svelte';
import { minutesAt } from '~/shared/format';
import { zone } from '~/shared/format.svelte';
import { t } from '~/shared/i18n.svelte';
import { isOperation } from '~/shared/operation';
import { preferences } from '~/shared/preferences.svelte';
import { matches } from '~/shared/search';
import { verdict } from '~/shared/severity';
import { stripOf } from './figures';
import {
  EVERYTHING,
  countGroups,
  groupOf,
  hold,
  inScope,
  sortAgents,
  sortCallers,
  sortQueues,
  type AgentOrder,
  type CallerColumn,
  type Group,
  type QueueColumn,
  type Scope,
  type Sort,
} from './lists';
import { paced } from '~/features/alerts/paced.svelte';
import { cardsOf } from './now';
import { Figures } from './window.svelte';

/** The team filter's value for people without a team. */
export const NO_TEAM = '\u0000';

/** What the live view shows: the feed through the filters, in order. */
export class LiveView {
  scope: Scope = $state(EVERYTHING);
  search = $state('');
  onlyExceptions = $state(false);
  queueSort: Sort<QueueColumn> = $state.raw({ column: 'severity', descending: false });
  callerSort: Sort<CallerColumn> = $state.raw({ column: 'wait', descending: true });
  agentOrder: AgentOrder = $state('exception');
  /** Empty: every team. */
  team = $state('');
  /** Empty: every group but the logged out. */
  groups: readonly Group[] = $state.raw([]);
  drawer = $state(false);
  /** Of what stretch the figures are. */
  readonly figures = new Figures();
  #held: readonly string[] | null = $state.raw(null);

  #heard = (row: { readonly source: number }): boolean => this.source(row.source)?.link === 'up';

  /** Of the operation's day: what a queue's hours are told in. */
  #minute = $derived(minutesAt(clock.now, zone.name));
  /** Order depends on the time only through waits that become critical: once a second is enough. */
  #today = $derived([...feed.queues.values()].filter((queue) => inScope(this.scope, queue)));
  #scoped = $derived(this.#today.map((queue) => this.figures.of(queue)));
  #ids = $derived(new Set(this.#scoped.map((queue) => queue.id)));
  #found = $derived(this.#scoped.filter((queue) => matches(this.search, this.#words(queue))));
  #kept = $derived(
    this.onlyExceptions ? this.#found.filter((queue) => this.verdict(queue).severity !== 'normal') : this.#found,
  );
  #queues = $derived(hold(sortQueues(this.#kept, feed.sources, clock.now, this.#minute, this.queueSort), this.#held));
  #inScopeCallers = $derived([...feed.callers.values()].filter((caller) => this.#ids.has(caller.queue)));
  #callers = $derived(
    sortCallers(
      this.#inScopeCallers.filter((caller) => matches(this.search, [caller.number, this.queueLabel(caller.queue)])),
      (id) => this.queueLabel(id),
      this.callerSort,
    ),
  );
  #inScopeAgents = $derived(
    this.scope === EVERYTHING
      ? [...feed.agents.values()]
      : [...feed.agents.values()].filter((agent) => agent.queues.some((id) => this.#ids.has(id))),
  );
  #ofTeam = $derived(
    this.#inScopeAgents.filter(
      (agent) => this.team === '' || (this.team === NO_TEAM ? agent.team === null : agent.team === this.team),
    ),
  );
  #groupCounts = $derived(countGroups(this.#ofTeam, this.#heard));
  #agents = $derived(
    sortAgents(
      this.#ofTeam.filter((agent) => {
        const group = groupOf(agent, this.#heard(agent));
        if (this.groups.length > 0) return this.groups.includes(group) && this.#agentMatches(agent);
        // Who is not here is found by searching or by its chip.
        return (group !== 'offline' || this.search !== '') && this.#agentMatches(agent);
      }),
      this.agentOrder,
      this.#heard,
    ),
  );
  #campaigns = $derived(
    this.scope === EVERYTHING ? [...feed.campaigns.values()].filter((campaign) => matches(this.search, [campaign.label])) : [],
  );
  #strip = $derived(
    stripOf({
      queues: this.#scoped,
      agents: [...feed.agents.values()],
      campaigns: [...feed.campaigns.values()],
      sources: feed.sources,
      scoped: this.scope !== EVERYTHING,
    }),
  );
  /** What needs somebody now is judged by the day, whatever window is looked at. */
  #cards = $derived(
    cardsOf(
      this.#today,
      feed.sources,
      clock.now,
      this.#minute,
      // Of another queue than those looked at, none.
      [...paced.alerts.values()].filter((alert) => this.scope === EVERYTHING || alert.scope !== 'queue' || this.#ids.has(`${alert.source}/${alert.subject}`)),
    ),
  );
  #teams = $derived(
    [...new Set([...feed.agents.values()].map((agent) => agent.team ?? NO_TEAM))].sort((a, b) => a.localeCompare(b, preferences.language)),
  );

  get queues(): QueueRow[] {
    return this.#queues;
  }
  get queuesInScope(): QueueRow[] {
    return this.#scoped;
  }
  get callers(): CallerRow[] {
    return this.#callers;
  }
  get agents(): AgentRow[] {
    return this.#agents;
  }
  /** People of the scope and the team, whatever they do. */
  get groupCounts(): Record<Group, number> {
    return this.#groupCounts;
  }
  get campaigns() {
    return this.#campaigns;
  }
  get strip() {
    return this.#strip;
  }
  get cards() {
    return this.#cards;
  }
  get teams(): string[] {
    return this.#teams;
  }

  verdict(queue: QueueRow) {
    return verdict(feed.queues.get(queue.id) ?? queue, this.source(queue.source), clock.now, this.#minute);
  }
  source(id: number): SourceRow | undefined {
    return feed.sources.get(String(id));
  }
  /** A queue's name for people; its id if the hub never told. */
  queueLabel(id: string): string {
    return feed.queues.get(id)?.label ?? id.slice(id.indexOf('/') + 1);
  }

  /** Orders a column; a second time turns it around. */
  sortQueues(column: QueueColumn): void {
    const same = this.queueSort.column === column;
    this.queueSort = { column, descending: same ? !this.queueSort.descending : column !== 'name' && column !== 'severity' };
    this.#held = null;
  }
  sortCallers(column: CallerColumn): void {
    const same = this.callerSort.column === column;
    this.callerSort = { column, descending: same ? !this.callerSort.descending : column === 'wait' };
  }
  /** Keeps the queues where they are, or lets them go. */
  holdQueues(on: boolean): void {
    this.#held = on ? this.#queues.map((queue) => queue.id) : null;
  }
  toggleGroup(group: Group): void {
    this.groups = this.groups.includes(group) ? this.groups.filter((g) => g !== group) : [...this.groups, group];
  }
  clear(): void {
    this.scope = EVERYTHING;
    this.search = '';
    this.onlyExceptions = false;
    this.team = '';
    this.groups = [];
  }

  #words(queue: QueueRow): string[] {
    const operation = isOperation(queue.operation) ? t(`common.operation.${queue.operation}`) : '';
    return [queue.label, queue.name, operation];
  }
  #agentMatches(agent: AgentRow): boolean {
    if (this.search === '') return true;
    return matches(this.search, [agent.name, agent.login, agent.team, agent.reason, ...agent.queues.map((id) => this.queueLabel(id))]);
  }
}

/** The live view of this face: it keeps its filters while other pages are visited. */
export const view = new LiveView();
