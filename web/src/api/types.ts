/** Short names for the schemas the console works with. The words are the API's own. */
import type { components } from './schema';

type Schemas = components['schemas'];

export type Alert = Schemas['Alert'];
export type ApiKey = Schemas['ApiKey'];
export type Audience = Schemas['Audience'];
export type Campaign = Schemas['Campaign'];
export type CampaignDraft = Schemas['CampaignDraft'];
export type CampaignSnapshot = Schemas['CampaignSnapshot'];
export type CampaignStats = Schemas['CampaignStats'];
export type CampaignStatus = Schemas['CampaignStatus'];
export type ConsentEvent = Schemas['ConsentEvent'];
export type ConsentState = Schemas['ConsentState'];
export type Customer = Schemas['Customer'];
export type Delivery = Schemas['Delivery'];
export type DeliveryState = Schemas['DeliveryState'];
export type EventType = Schemas['EventType'];
export type Funnel = Schemas['Funnel'];
export type Import = Schemas['Import'];
export type ImportPreview = Schemas['ImportPreview'];
export type Me = Schemas['Me'];
export type Member = Schemas['Member'];
export type MessageStatus = Schemas['MessageStatus'];
export type Outcome = Schemas['Outcome'];
export type Permission = Schemas['Permission'];
export type Preflight = Schemas['Preflight'];
export type Problem = Schemas['Problem'];
export type ReasonCount = Schemas['ReasonCount'];
export type Recipient = Schemas['Recipient'];
export type Role = Schemas['Role'];
export type Sender = Schemas['Sender'];
export type SendingPolicy = Schemas['SendingPolicy'];
export type StatusCounts = Schemas['StatusCounts'];
export type Subscription = Schemas['Subscription'];
export type Template = Schemas['Template'];
export type TemplatePreview = Schemas['TemplatePreview'];
export type VariableSource = Schemas['VariableSource'];
