/** All texts of this language, by feature. */
import campaigns from './campaigns.json';
import common from './common.json';
import customers from './customers.json';
import dashboard from './dashboard.json';
import identity from './identity.json';
import imports from './imports.json';
import senders from './senders.json';
import settings from './settings.json';
import templates from './templates.json';
import terms from './terms.json';
import wizard from './wizard.json';

export default {
  campaigns,
  common,
  customers,
  dashboard,
  identity,
  imports,
  senders,
  settings,
  templates,
  terms,
  wizard,
};
