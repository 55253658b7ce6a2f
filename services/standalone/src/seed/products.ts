import { stableId } from './stable-id.ts';

/** A product of the demo storefronts, with what an admin set for it. */
export interface Product {
  productId: string;
  name: string;
  printerPartNumber: string;
  /** Shared by all providers; left out where nobody filled it in. */
  integrationId?: string;
  /** What the buyer supplies, or what is generated after payment and approval. */
  artwork: 'one-file' | 'text-and-cover' | 'edoc';
  quantities: readonly number[];
  /** Hundredths of a cent for one piece. */
  pieceRate: number;
  gramsPerPiece: number;
  options: Readonly<Record<string, readonly string[]>>;
  /** Sold in boxes of this many pieces. */
  piecesPerBox?: number;
  children?: readonly { name: string; partNumber: string; quantity: number }[];
}

type ProductFacts = Omit<Product, 'productId'>;

const facts: readonly ProductFacts[] = [
  {
    name: 'Business card', printerPartNumber: 'BC-STD', integrationId: 'BC-350', artwork: 'one-file',
    quantities: [100, 250, 500, 1000], pieceRate: 1199, gramsPerPiece: 1.6,
    options: { Finish: ['Matte', 'Gloss', 'Soft touch'], Corners: ['Square', 'Rounded'] },
  },
  {
    name: 'Postcard A6', printerPartNumber: 'PC-A6', integrationId: 'PC-A6-300', artwork: 'one-file',
    quantities: [50, 100, 300], pieceRate: 2450, gramsPerPiece: 4.8, options: { Sides: ['One', 'Two'], Finish: ['Uncoated', 'Gloss'] },
  },
  {
    name: 'Flyer', printerPartNumber: 'FL-A5', integrationId: 'FL-A5-135', artwork: 'one-file',
    quantities: [250, 1000, 2500], pieceRate: 720, gramsPerPiece: 4.2, options: { Folding: ['None', 'Half', 'Z'] },
  },
  {
    name: 'Paperback book', printerPartNumber: 'BK-A5', integrationId: 'BOOK-A5-PB', artwork: 'text-and-cover',
    quantities: [1, 5, 25], pieceRate: 84_500, gramsPerPiece: 310, options: { Paper: ['Cream 80', 'White 90'] },
  },
  {
    name: 'Poster 24 × 36', printerPartNumber: 'PO-2436', integrationId: 'POSTER-24X36', artwork: 'one-file',
    quantities: [1, 2, 10], pieceRate: 219_000, gramsPerPiece: 95, options: { Paper: ['Satin', 'Photo'] },
  },
  {
    name: 'Letterhead', printerPartNumber: 'LH-LTR', integrationId: 'LH-100', artwork: 'edoc',
    quantities: [500, 1000], pieceRate: 1380, gramsPerPiece: 5, options: { Branch: ['Head office', 'Field office'] },
  },
  {
    name: 'Roll label', printerPartNumber: 'LB-ROLL', integrationId: 'LABEL-ROLL-50', artwork: 'one-file', piecesPerBox: 500,
    quantities: [1, 2, 4], pieceRate: 310, gramsPerPiece: 0.4, options: { Shape: ['Circle', 'Oval'], Adhesive: ['Permanent', 'Removable'] },
  },
  {
    name: 'Welcome kit', printerPartNumber: 'KIT-WEL', integrationId: 'KIT-WELCOME', artwork: 'one-file',
    quantities: [1, 10, 20], pieceRate: 149_900, gramsPerPiece: 420, options: { Ribbon: ['Blue', 'None'] },
    children: [
      { name: 'Folder', partNumber: 'KIT-FOLDER', quantity: 1 },
      { name: 'Notepad', partNumber: 'KIT-NOTEPAD', quantity: 2 },
      { name: 'Sticker sheet', partNumber: 'KIT-STICKER', quantity: 0 },
    ],
  },
  {
    name: 'Foil notebook', printerPartNumber: 'NB-FOIL', artwork: 'one-file',
    quantities: [10, 50], pieceRate: 61_000, gramsPerPiece: 180, options: { Foil: ['Gold', 'Silver'] },
  },
];

const products: readonly Product[] = facts.map((product) => ({ ...product, productId: stableId('product', product.printerPartNumber) }));

/** Sold without an Integration ID: a provider that needs one has to wait for it. */
export const unmappedProduct = productOf('NB-FOIL');
/** Its production file is generated after payment and approval. */
export const edocProduct = productOf('LH-LTR');
/** Products that every provider can take as they are. */
export const mappedProducts = products.filter(({ integrationId }) => integrationId !== undefined);

export function productOf(printerPartNumber: string): Product {
  const product = products.find((candidate) => candidate.printerPartNumber === printerPartNumber);
  if (product === undefined) throw new Error(`no product has the part number ${printerPartNumber}`);
  return product;
}
