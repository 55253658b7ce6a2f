import { accounts, type Account } from './accounts.ts';
import { productSettings } from './product-settings.ts';
import { mappedProducts, type Product } from './products.ts';

/**
 * What the simulators know of the demo accounts: the same credentials, and in Site Flow the SKUs that the factory really has. The rate
 * limits stand far above what the connectors are told to use.
 */
const requestsPerMinute = 600_000;

export function shipStationSimulatorConfig(): object {
  return {
    accounts: accountsOf('shipstation').map(({ accountId, credentials }) => ({ ...credentials, name: accountId, requestsPerMinute })),
  };
}

export function siteFlowSimulatorConfig(): object {
  return {
    accounts: accountsOf('hp-site-flow').map((account) => ({
      flavour: account.settings['flavour'],
      token: account.credentials['apiToken'],
      secret: account.credentials['apiSecret'],
      // The ledger calls the account by this name.
      sourceAccount: account.accountId,
      destinations: [account.settings['destinationAccount']],
      skus: mappedProducts.map((product) => ({ code: skuAt(account, product), components: product.artwork === 'text-and-cover' ? ['text', 'cover'] : ['Content'] })),
      requestsPerMinute,
    })),
  };
}

function accountsOf(provider: Account['provider']): Account[] {
  return Object.values(accounts).filter((account) => account.provider === provider);
}

function skuAt(account: Account, product: Product): string | undefined {
  const own = productSettings.find((setting) => setting.account === account && setting.product === product);
  return own?.externalId ?? product.integrationId;
}
