/**
 * Who may do what, and which state allows it. The rules are the server's; here they only decide whether a button is
 * offered and what it says when it is not. Permissions: core/src/identity/roles.rs. States: core/src/campaigns/state.rs.
 */
import type { CampaignStatus, Me, Permission } from '../api/types';

export type CampaignAction =
  'edit' | 'launch' | 'schedule' | 'unschedule' | 'pause' | 'resume' | 'cancel' | 'retry' | 'retarget';

const allowed: Record<CampaignAction, readonly CampaignStatus[]> = {
  edit: ['draft'],
  launch: ['draft'],
  schedule: ['draft'],
  unschedule: ['scheduled'],
  pause: ['running', 'settling'],
  resume: ['paused'],
  cancel: ['preparing', 'running', 'paused', 'settling'],
  retry: ['running', 'settling', 'completed'],
  // Any campaign that was launched has outcomes to write to (core/src/campaigns/retarget.rs).
  retarget: ['preparing', 'running', 'paused', 'settling', 'completed', 'cancelled'],
};

const needed: Record<CampaignAction, Permission> = {
  edit: 'campaigns:write',
  launch: 'campaigns:launch',
  schedule: 'campaigns:launch',
  unschedule: 'campaigns:launch',
  pause: 'campaigns:launch',
  resume: 'campaigns:launch',
  cancel: 'campaigns:launch',
  retry: 'campaigns:launch',
  retarget: 'campaigns:write',
};

export function may(me: Pick<Me, 'permissions'> | undefined, permission: Permission): boolean {
  return me?.permissions.includes(permission) ?? false;
}

/** Why an action is not possible: no permission, or the wrong state. `undefined`: it is. */
export function refusal(
  me: Pick<Me, 'permissions'> | undefined,
  status: CampaignStatus,
  action: CampaignAction,
): 'permission' | 'state' | undefined {
  if (!may(me, needed[action])) return 'permission';
  return allowed[action].includes(status) ? undefined : 'state';
}

/** Whether a campaign still changes by itself, so that its numbers are worth following. */
export function isLive(status: CampaignStatus): boolean {
  return status === 'preparing' || status === 'running' || status === 'settling' || status === 'paused';
}
