/** The texts of pages that are opened rarely, so that the first visit does without them. */
import audit from './audit.json';
import calendar from './calendar.json';
import consent from './consent.json';
import editor from './editor.json';
import health from './health.json';
import privacy from './privacy.json';
import subscriptions from './subscriptions.json';

export default { audit, calendar, consent, editor, health, privacy, subscriptions };
