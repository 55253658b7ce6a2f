import { fail, ok, type Result } from '@pes/kernel';
import type { Settings } from '@pes/connector-sdk';
import { isJson } from './read-answer.ts';
import type { ApiKey, Flavour } from './sign.ts';

export interface AccountSettings {
  flavour: Flavour;
  /** Without a slash at the end and without /api. */
  submitBaseUrl: string;
  apiBaseUrl: string;
  destinationAccount: string;
  defaultCarrier: unknown;
  defaultComponentCode: string;
  /** SKU → component codes, in the order of the files; read with codesOf. */
  componentCodes: Settings;
  sendPrices: boolean;
}

export interface SettingProblem {
  field: string;
  message: string;
}

const printosGateway = { production: 'https://printos.api.hp.com/siteflow', staging: 'https://stage.printos.api.hp.com/siteflow' };
const oneflowHosts = { submit: 'https://orders.oneflow.io', api: 'https://pro-api.oneflowcloud.com' };

/** A setting as trimmed text; undefined when it is empty. */
export function textOf(value: unknown): string | undefined {
  return typeof value === 'string' && value.trim() !== '' ? value.trim() : undefined;
}

export function codesOf(value: unknown): string[] | undefined {
  const codes = Array.isArray(value) ? value.flatMap((code) => textOf(code) ?? []) : [];
  return codes.length === 0 ? undefined : codes;
}

/** Paths are put behind it and signed decoded, so it must be plain. */
function isPlainAddress(text: string): boolean {
  const url = URL.parse(text);
  return url !== null && url.search === '' && url.hash === '' && !text.includes('%');
}

const bareBase = (url: string): string => url.replace(/\/+$/, '').replace(/\/api$/, '');

function hostsOf(settings: Settings, flavour: Flavour): { submit: string; api: string } | undefined {
  const submit = textOf(settings.submitBaseUrl);
  const api = textOf(settings.apiBaseUrl);
  const staging = settings.environment === 'staging';
  if (flavour === 'printos') {
    const gateway = staging ? printosGateway.staging : printosGateway.production;
    return { submit: submit ?? api ?? gateway, api: api ?? gateway };
  }
  // Falling back to the production hosts would print test orders.
  if (staging && (submit === undefined || api === undefined)) return undefined;
  return { submit: submit ?? oneflowHosts.submit, api: api ?? oneflowHosts.api };
}

/** Reads account settings as the form schema describes them; the form may be older than this code, so nothing is taken for granted. */
export function readSettings(settings: Settings): Result<AccountSettings, SettingProblem> {
  const flavour = settings.flavour === 'printos' ? 'printos' : 'oneflow';
  const hosts = hostsOf(settings, flavour);
  if (hosts === undefined) {
    return fail({ field: 'environment', message: 'The oneflow API has no staging environment. Choose Production, or set both base URLs.' });
  }
  for (const [field, address] of [['submitBaseUrl', hosts.submit], ['apiBaseUrl', hosts.api]] as const) {
    if (!isPlainAddress(address)) return fail({ field, message: `"${address}" is not a plain address such as https://example.com.` });
  }
  const destinationAccount = textOf(settings.destinationAccount);
  if (destinationAccount === undefined) {
    return fail({ field: 'destinationAccount', message: 'Destination account is empty. Enter the name of the producing account in Site Flow.' });
  }
  return ok({
    flavour,
    submitBaseUrl: bareBase(hosts.submit),
    apiBaseUrl: bareBase(hosts.api),
    destinationAccount,
    defaultCarrier: settings.defaultCarrier,
    defaultComponentCode: textOf(settings.defaultComponentCode) ?? 'Content',
    componentCodes: isJson(settings.componentCodes) ? settings.componentCodes : {},
    sendPrices: settings.sendPrices === true,
  });
}

export function readApiKey(credentials: Settings): Result<ApiKey, SettingProblem> {
  const token = textOf(credentials.apiToken);
  const secret = textOf(credentials.apiSecret);
  if (token === undefined) return fail({ field: 'apiToken', message: 'API token is empty.' });
  if (secret === undefined) return fail({ field: 'apiSecret', message: 'API secret is empty.' });
  return ok({ token, secret });
}
