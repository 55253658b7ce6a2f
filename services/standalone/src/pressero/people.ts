import type { Address, Customer } from '@pes/contracts';
import { stableId } from '../seed/stable-id.ts';
import type { Random } from './random.ts';

const people: readonly (readonly [first: string, last: string])[] = [
  ['Robin', 'Sample'], ['Zoë', 'Ångström'], ['José', 'Núñez'], ['Łukasz', 'Żak'], ['Ngọc', 'Trần'], ['Maeve', 'O’Brien'],
  ['さくら', '渡辺'], ['Anne-Marie', 'Dupré'], ['Ivan', 'Čapek'], ['Priya', 'Iyer'], ['Bo', 'Li'], ['Ünal', 'Şahin'],
];
const companies = ['Sample Dental', 'Fjord & Söhne GmbH', 'Corner "Deli" Inc.', 'École du Lac', 'Northlight LLC', undefined] as const;

interface Place {
  city: string;
  state?: string;
  postalCode: string;
  country: string;
}

const places: readonly Place[] = [
  { city: 'Sampleton', state: 'OH', postalCode: '02134', country: 'US' },
  { city: 'Testville', state: 'CA', postalCode: '90099', country: 'US' },
  { city: 'San Ejemplo', state: 'TX', postalCode: '73301-0001', country: 'US' },
  { city: 'Montréal', state: 'QC', postalCode: 'H0H 0H0', country: 'CA' },
  { city: 'Musterstadt', postalCode: '01234', country: 'DE' },
  { city: 'Malmö', postalCode: '200 01', country: 'SE' },
];
const streets = ['Example Way', 'Rue de l’Exemple', 'Beispielstraße', 'Sample Plaza', 'Test Road'] as const;

export function generateCustomer(siteId: string, random: Random): Customer {
  const [firstName, lastName] = random.pick(people);
  const number = random.integer(1, 400);
  return {
    userId: stableId('user', siteId, firstName, lastName, number), firstName, lastName,
    email: `buyer${number}@example.com`,
    ...(random.chance(0.3) ? { department: random.pick(['Front desk', 'Procurement', 'Marketing – EMEA']) } : {}),
    ...(random.chance(0.1) ? { isGuest: true } : {}),
  };
}

export function generateAddress(customer: Customer, random: Random): Address {
  const place = random.pick(places);
  const company = random.pick(companies);
  return {
    name: `${customer.firstName} ${customer.lastName}`,
    ...(company === undefined ? {} : { company }),
    street1: `${random.integer(1, 999)} ${random.pick(streets)}`,
    ...(random.chance(0.3) ? { street2: `Suite ${random.integer(1, 60)}` } : {}),
    ...place,
    phone: `55501${String(random.integer(0, 99_999)).padStart(5, '0')}`,
    email: customer.email,
  };
}
