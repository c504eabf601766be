// One request to Meta's Graph API per message, over connections that are kept.
import { Pool } from 'undici';

export class Refused extends Error {
  constructor(code, message) {
    super(message);
    this.code = code;
  }
}

export function graph({ url, version, numbers, token, template, language, connections }) {
  const pool = new Pool(url, { connections, pipelining: 1, keepAliveTimeout: 60_000 });
  const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json' };
  let turn = 0;

  /** Sends the template to one recipient; gives Meta's id of the message. */
  async function send({ id, phone, name }) {
    const number = numbers[turn++ % numbers.length];
    const parameters = [{ type: 'text', text: name }, { type: 'text', text: 'WELCOME20' }];
    const body = JSON.stringify({
      messaging_product: 'whatsapp',
      recipient_type: 'individual',
      to: phone,
      type: 'template',
      biz_opaque_callback_data: String(id),
      template: { name: template, language: { code: language }, components: [{ type: 'body', parameters }] },
    });
    const answer = await pool.request({ path: `/${version}/${number}/messages`, method: 'POST', headers, body });
    const said = await answer.body.json();
    if (answer.statusCode !== 200) {
      throw new Refused(said.error?.code ?? answer.statusCode, said.error?.message ?? 'refused');
    }
    return said.messages[0].id;
  }

  return { send, close: () => pool.close() };
}
