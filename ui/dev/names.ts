/** Invented queues: what the level and the loss of the day are, so that the screens have something of each kind. */
export const QUEUES = [
  { name: 'sac', label: 'SAC', operation: 'sac', goal: 80, offered: 446, level: 0.682, lost: 0.07 },
  { name: 'suporte-n1', label: 'Suporte N1', operation: 'support_n1', goal: 80, offered: 302, level: 0.791, lost: 0.04 },
  { name: 'televendas', label: 'Televendas', operation: 'sales', goal: 85, offered: 202, level: 0.914, lost: 0.02 },
  { name: 'cobranca-rec', label: 'Cobrança receptiva', operation: 'collections', goal: 80, offered: 148, level: 0.88, lost: 0.034 },
  { name: 'helpdesk-n2', label: 'Help desk N2', operation: 'help_desk_n2', goal: 80, offered: 36, level: 0.86, lost: 0 },
  { name: 'n3', label: 'Service desk N3', operation: 'service_desk_n3', goal: 80, offered: 9, level: 0.55, lost: 0.1 },
  {
    name: 'ret-<script>alert(1)</script>',
    label: 'Retenção <b>região Sul</b> e Centro-Oeste, clientes pós-pagos acima de 5 linhas',
    operation: 'retention',
    goal: 90,
    offered: 0,
    level: 0,
    lost: 0,
  },
  { name: '0800-9', label: '0800-9', operation: null, goal: 80, offered: 12, level: 1, lost: 0 },
] as const;

export const GIVEN = [
  'Diego', 'Elaine', 'Bruno', 'Fábio', 'João Batista', 'Carla', 'Karen', 'Otávio', 'Hélio', 'Gabriela', 'Ingrid', 'Lucas',
  'Maria das Graças Aparecida', 'Renata', 'Wesley', 'Patrícia', 'Thiago', 'Simone', 'Anderson', 'Juliana', 'Cíntia', 'Márcio',
];
export const SURNAMES = [
  'Ramos', 'Souza', 'Carvalho', 'Teixeira', 'de Albuquerque', 'Mendes', 'Silveira', 'Reis', 'Duarte', 'Nunes', 'Lopes', 'Prado',
  'Vasconcelos de Araújo Figueiredo', 'Okada', 'Barbosa', 'Moraes', 'Pinheiro',
];
export const TEAMS = ['Equipe Aline', 'Equipe Rogério', 'Equipe Noturno'];
export const REASONS = ['NR-17', 'lanche', 'particular', 'treinamento', null];
