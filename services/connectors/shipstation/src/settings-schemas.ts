/** JSON Schemas of what an admin enters; titles and descriptions are the labels and hints of the form. */
const text = { type: 'string', maxLength: 200 } as const;
const id = { type: 'integer', minimum: 1 } as const;
const storeId = {
  ...id,
  title: 'Store id',
  description: 'A store of the manual kind. Empty: the first manual store. ShipStation cannot move an order to another store later.',
};
const warehouseId = { ...id, title: 'Warehouse id', description: 'Ship-from place. Empty: the default of the ShipStation account.' };
const quantityMode = {
  enum: ['auto', 'pieces', 'lots'],
  default: 'auto',
  title: 'Quantity',
  description: 'pieces: number of pieces and price of one. lots: one lot with the line total, the pieces as an option. auto: pieces when the price of one is whole cents.',
};

export const credentials = {
  type: 'object',
  additionalProperties: false,
  required: ['apiKey', 'apiSecret'],
  properties: {
    apiKey: { ...text, minLength: 1, title: 'API key', description: 'ShipStation: Settings, Account, API Settings. New keys there end the old ones.', 'x-secret': true },
    apiSecret: { ...text, minLength: 1, title: 'API secret', description: 'Shown next to the API key.', 'x-secret': true },
    partnerKey: { ...text, title: 'Partner key', description: 'Only for registered ShipStation partners.', 'x-secret': true },
  },
};

const address = {
  type: 'object',
  additionalProperties: false,
  required: ['name', 'street1', 'city', 'country'],
  properties: {
    name: text, company: text, street1: text, street2: text, city: text, state: text, postalCode: text, phone: text,
    country: { type: 'string', pattern: '^[A-Z]{2}$', description: 'Two letters, such as US.' },
  },
} as const;

export const accountSettings = {
  type: 'object',
  additionalProperties: false,
  properties: {
    baseUrl: { ...text, pattern: '^https?://', default: 'https://ssapi.shipstation.com', title: 'Base URL', description: 'Address of the V1 API.' },
    storeId,
    warehouseId,
    orderStatusOnCreate: {
      enum: ['awaiting_shipment', 'on_hold', 'awaiting_payment'],
      default: 'awaiting_shipment',
      title: 'Status of new orders',
      description: 'on_hold keeps an order away from the packing table while it is printed.',
    },
    tagIds: { type: 'array', maxItems: 20, items: id, title: 'Tag ids', description: 'Tags for every order. They must exist in ShipStation.' },
    quantityMode,
    defaultProductSku: { ...text, title: 'Default product (SKU)', description: 'For products that are not linked to a ShipStation product.' },
    productNaming: {
      enum: ['product-name', 'item-name'],
      title: 'Product naming',
      description: 'For products with neither link nor default product: ShipStation finds or makes a product by this name. Its list can grow long.',
    },
    orderKeyPrefix: {
      type: 'string', pattern: '^[A-Za-z0-9_-]{1,14}$', title: 'Order key prefix',
      description: 'Keeps our orders apart from those of other programs. Do not change it once orders went out: ShipStation would take them for new ones.',
    },
    sendCustomerEmail: { type: 'boolean', default: false, title: 'Send e-mail address', description: 'ShipStation may then write to the buyer itself.' },
    pickupTagId: { ...id, title: 'Tag id for pickup', description: 'Marks orders that nobody ships.' },
    pickupAddress: { ...address, title: 'Pickup address', description: 'Ship-to of pickup orders. Empty: the address that the storefront gives.' },
    requestsPerMinute: { type: 'integer', minimum: 1, maximum: 100_000, default: 30, title: 'Requests per minute', description: 'ShipStation allows 40 for each key, shared by all programs that use it.' },
  },
};

export const siteSettings = {
  type: 'object',
  additionalProperties: false,
  properties: {
    storeId,
    warehouseId,
    shippingMethods: {
      type: 'object',
      title: 'Shipping methods',
      description: 'ShipStation service for each shipping method, by method id or name.',
      additionalProperties: {
        type: 'object',
        additionalProperties: false,
        required: ['carrierCode', 'serviceCode'],
        properties: {
          carrierCode: { ...text, minLength: 1, title: 'Carrier code', description: 'Such as ups_walleted.' },
          serviceCode: { ...text, minLength: 1, title: 'Service code', description: 'Such as ups_ground.' },
          packageCode: { ...text, title: 'Package code', description: 'Such as package.' },
          confirmation: { enum: ['none', 'delivery', 'signature', 'adult_signature', 'direct_signature'], title: 'Confirmation' },
        },
      },
    },
  },
};

export const productSettings = {
  type: 'object',
  additionalProperties: false,
  properties: {
    quantityMode,
    warehouseLocation: { ...text, title: 'Warehouse location', description: 'Shelf, printed on the pick list.' },
    fulfillmentSku: { ...text, title: 'Fulfilment SKU', description: 'SKU at a fulfilment provider.' },
  },
};
