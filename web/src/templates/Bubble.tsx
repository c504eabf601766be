/** A message as it looks in WhatsApp. The words are the server's preview; only the look is ours. */
import { useTranslation } from 'react-i18next';

import type { Template, TemplatePreview } from '../api/types';

export type Message = NonNullable<TemplatePreview['message']>;

/** A template with its gaps still open, for when there are no values yet. */
export function unfilled(template: Template): Message {
  return {
    header: template.header && header(template.header),
    offer: template.limited_time_offer?.text,
    body: template.body,
    footer: template.footer,
    buttons: template.buttons.map(button),
    cards: template.cards.map((card) => ({
      header: header(card.header),
      body: card.body ?? '',
      buttons: card.buttons.map(button),
    })),
  };
}

// The generator's types of these unions lose their discriminator inside other objects, so it is named here.
function header(part: object) {
  const { type, text } = part as { type: string; text?: string };
  return { kind: type, text };
}

function button(part: object) {
  const { type, text } = part as { type: string; text?: string };
  return { kind: type, label: text };
}

export function Bubble({ message }: { message: Message }) {
  const { t } = useTranslation(['templates', 'common']);
  return (
    <div
      className="chat"
      role="img"
      aria-label={t('bubble', {
        text: [message.header?.text, message.body, message.footer].filter(Boolean).join('. '),
      })}
    >
      <div className="bubble" dir="auto" data-testid="bubble">
        <Header header={message.header} />
        {message.offer && (
          <div className="bubble-part">
            <strong>{message.offer}</strong>
          </div>
        )}
        <div className="bubble-part">{message.body}</div>
        {message.footer && <div className="bubble-small">{message.footer}</div>}
        <Buttons buttons={message.buttons} />
      </div>
      {message.cards.map((card, index) => (
        <div className="bubble" dir="auto" key={index} style={{ marginTop: 8 }}>
          <Header header={card.header} />
          <div className="bubble-part">{card.body}</div>
          <Buttons buttons={card.buttons} />
        </div>
      ))}
    </div>
  );
}

function Header({ header }: { header: Message['header'] }) {
  const { t } = useTranslation(['templates', 'common']);
  if (!header) return null;
  if (header.kind === 'text')
    return (
      <div className="bubble-part">
        <strong>{header.text}</strong>
      </div>
    );
  return (
    <div className="bubble-file">{t(`header.${header.kind as 'image'}`, { defaultValue: header.kind })}</div>
  );
}

function Buttons({ buttons }: { buttons: Message['buttons'] }) {
  const { t } = useTranslation(['templates', 'common']);
  return buttons.map((button, index) => (
    <div className="bubble-button" key={index}>
      {button.label ?? t(`button.${button.kind as 'copy_code'}`, { defaultValue: button.kind })}
    </div>
  ));
}
