import type { ConnectorManifest } from '@pes/contracts';

const carrier = {
  type: 'object',
  properties: {
    alias: { type: 'string', minLength: 1, title: 'Alias', description: 'Name of the shipping method as Site Flow knows it, such as "ground".' },
    code: { type: 'string', minLength: 1, title: 'Carrier code', description: 'Used together with the service, when there is no alias.' },
    service: { type: 'string', minLength: 1, title: 'Service' },
  },
  anyOf: [{ required: ['alias'] }, { required: ['code', 'service'] }],
  additionalProperties: false,
};

const codeList = { type: 'array', items: { type: 'string', minLength: 1 }, minItems: 1 };

const baseUrl = { type: 'string', maxLength: 500, pattern: '^https?://' };

/** The forms that an admin fills in. JSON Schema; x-secret marks what is never shown again. */
export const forms: ConnectorManifest['schemas'] = {
  credentials: {
    type: 'object',
    properties: {
      apiToken: {
        type: 'string', minLength: 1, title: 'API token', 'x-secret': true,
        description: 'Site Flow: the token of an API user. PrintOS: the key of an Application Connector with the role "Order Creation and Enquiries".',
      },
      apiSecret: { type: 'string', minLength: 1, title: 'API secret', 'x-secret': true, description: 'Shown once by Site Flow when the token is made.' },
    },
    required: ['apiToken', 'apiSecret'],
    additionalProperties: false,
  },
  accountSettings: {
    type: 'object',
    properties: {
      flavour: {
        enum: ['oneflow', 'printos'], default: 'oneflow', title: 'Kind of API key',
        description: 'oneflow: token from Site Flow itself. printos: older key from the PrintOS Marketplace.',
      },
      environment: { enum: ['production', 'staging'], default: 'production', title: 'Server', description: 'Staging exists for printos keys only.' },
      destinationAccount: {
        type: 'string', minLength: 1, maxLength: 200, title: 'Destination account',
        description: 'Who produces: the customer name that Site Flow shows under Orders, "+".',
      },
      sourceAccount: { type: 'string', maxLength: 200, title: 'Source account', description: 'Account that owns the API token.' },
      defaultCarrier: {
        ...carrier, title: 'Non-integrated shipping name',
        description: 'Carrier for every shipping method that has no entry in the site settings.',
      },
      defaultComponentCode: {
        type: 'string', minLength: 1, maxLength: 100, default: 'Content', title: 'Default component code',
        description: 'Component that receives the file of a one-file product.',
      },
      componentCodes: {
        type: 'object', additionalProperties: codeList, title: 'Component codes by SKU',
        description: 'For products made from several files: SKU, then its component codes in the order of the files, such as text, cover.',
      },
      sendPrices: { type: 'boolean', default: false, title: 'Send prices', description: 'Prices may appear on paperwork that Site Flow prints.' },
      requestsPerSecond: {
        type: 'integer', minimum: 1, maximum: 50, default: 5, title: 'Requests per second',
        description: 'Site Flow allows 3,000 requests a minute and user; other programs with the same token count too.',
      },
      submitBaseUrl: { ...baseUrl, title: 'Submit address', description: 'Only when HP gave you another address for new orders.' },
      apiBaseUrl: { ...baseUrl, title: 'API address', description: 'Only when HP gave you another address for everything else.' },
    },
    required: ['destinationAccount'],
    additionalProperties: false,
  },
  siteSettings: {
    type: 'object',
    properties: {
      shippingMethods: {
        type: 'object', additionalProperties: carrier, title: 'Shipping methods',
        description: 'Pressero shipping method (name or id) and the Site Flow carrier that ships it. Pick-up is often carrier "customer", service "pickup".',
      },
    },
    additionalProperties: false,
  },
  productSettings: {
    type: 'object',
    properties: {
      componentCodes: { ...codeList, title: 'Component codes', description: 'In the order of the files of an item. Wins over the account settings.' },
      attributes: {
        type: 'object', additionalProperties: { type: 'string' }, title: 'Attributes',
        description: 'Sent with every component, besides the options that the buyer chose. A name given here wins.',
      },
      pickFromStock: { type: 'boolean', default: false, title: 'Picked from stock', description: 'Not printed: the SKU is a stock code, and no file is needed.' },
    },
    additionalProperties: false,
  },
  categorySettings: {},
  userSettings: {},
};
