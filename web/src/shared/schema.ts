/** The schemas of forms: zod, told not to make code of text, which the policy of our pages forbids. */
import { z } from 'zod';

z.config({ jitless: true });

export { z };
