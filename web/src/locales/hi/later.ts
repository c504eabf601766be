/** The texts of pages that are opened rarely, so that the first visit does without them. */
import subscriptions from './subscriptions.json';

export default { subscriptions };
