import type { AgentRow } from '~/bindings/AgentRow';
import { t } from '~/shared/i18n.svelte';
import { feed } from '~/shared/feed.svelte';
import { groupOf } from './lists';

/** What a person does, in words; "em ligação fora da fila" when the call came from nowhere we know. */
export function agentWords(agent: AgentRow): string {
  if (groupOf(agent) === 'outside') return t('live.outside_queue');
  const state = t(`common.state.${agent.state}`);
  return agent.state === 'paused' ? `${state} · ${agent.reason ?? t('live.no_reason')}` : state;
}

/** Where the work comes from, or which queues are served. `label` names a queue by its row id. */
export function whereWords(agent: AgentRow, label: (queue: string) => string): string {
  if (agent.place?.kind === 'queue') return label(agent.place.id);
  if (agent.place?.kind === 'campaign') return feed.campaigns.get(agent.place.id)?.label ?? agent.place.id;
  if (agent.state !== 'ready') return '';
  const paused = new Set(agent.paused_in);
  const serving = agent.queues.filter((id) => !paused.has(id)).map(label);
  if (agent.paused_in.length > 0) serving.push(t('live.paused_in', { queues: agent.paused_in.map(label).join(', ') }));
  return serving.join(', ');
}
