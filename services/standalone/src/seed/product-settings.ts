import { accounts, type Account, type Settings } from './accounts.ts';
import { productOf, type Product } from './products.ts';

/** What an admin entered on the product's tab for one account. */
export interface ProductSetting {
  account: Account;
  product: Product;
  /** Wins over the Integration ID. */
  externalId: string | null;
  settings: Settings;
}

export const productSettings: readonly ProductSetting[] = [
  { account: accounts.warehouse, product: productOf('BC-STD'), externalId: 'SS-BC-350', settings: {} },
  { account: accounts.bindery, product: productOf('PC-A6'), externalId: 'KB-POSTCARD', settings: { attributes: { Stock: '300 gsm' } } },
  { account: accounts.bindery, product: productOf('BK-A5'), externalId: null, settings: { componentCodes: ['text', 'cover'] } },
];
