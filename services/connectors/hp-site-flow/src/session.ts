import type { CallContext } from '@pes/connector-sdk';
import { ok, type Result } from '@pes/kernel';
import { createSiteFlowClient, type SiteFlowClient } from './client.ts';
import { readApiKey, readSettings, type AccountSettings, type SettingProblem } from './settings.ts';

export interface Session {
  settings: AccountSettings;
  client: SiteFlowClient;
}

export function openSession(context: CallContext): Result<Session, SettingProblem> {
  const settings = readSettings(context.settings);
  if (!settings.ok) return settings;
  const key = readApiKey(context.credentials);
  if (!key.ok) return key;
  return ok({ settings: settings.value, client: createSiteFlowClient(context, settings.value, key.value) });
}

export const isCredential = ({ field }: SettingProblem): boolean => field === 'apiToken' || field === 'apiSecret';
