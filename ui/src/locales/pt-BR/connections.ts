import type { Message } from '~/shared/catalogue';

/** The page of connections: what Mirante reads from, and how to change it. */
export const connections = {
  title: 'Conexões',
  intro: 'De onde o Mirante lê filas, operadores e ligações. Ele só lê: nada muda no PABX.',
  fix: 'Corrigir acesso',
  fix_note: 'Corrigir {source}: repita o mesmo endereço e a mesma porta, com o usuário e a senha novos. Filas e histórico continuam os mesmos.',
  add: 'Adicionar um PABX',
  add_text: 'Endereço, usuário e senha AMI, com teste antes de conectar.',
  it: 'Pedir ao TI',
  it_text: 'Uma página pronta para quem cuida do PABX.',
  sample: 'Ver com dados de exemplo',
  sample_text: 'Uma central inventada no lugar da sua. Seus dados continuam guardados.',
  leave: 'Sair dos dados de exemplo',
  leave_text: 'Volta ao que estava antes: suas conexões ou os primeiros passos.',
  up_since: 'com conexão desde {time}',
  never: 'ainda sem resposta',
  down: 'sem conexão há {age}',
  data_since: 'totais desde {time}',
  only_sample: 'Este Mirante foi aberto só com dados de exemplo. Para ligar um PABX, abra o Mirante sem essa opção.',
  reason: 'Motivo: {words}',
  none: 'Nenhuma conexão ainda.',
  connected: '{source}: acesso guardado.',
  forbidden: 'Seu usuário vê as conexões, mas não pode mudá-las.',
} as const satisfies Record<string, Message>;
