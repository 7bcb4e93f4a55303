/** The course's four flats. */
export const flats = [
  { area: 100, bedrooms: 2, location: 1, price: 300 },
  { area: 150, bedrooms: 3, location: 2, price: 450 },
  { area: 120, bedrooms: 2, location: 2, price: 350 },
  { area: 80, bedrooms: 1, location: 1, price: 220 },
] as const;

/** Area and price of the course's five flats. */
export const fiveFlats: readonly { x: number; y: number }[] = [
  { x: 35, y: 30 },
  { x: 45, y: 40 },
  { x: 40, y: 35 },
  { x: 60, y: 60 },
  { x: 65, y: 65 },
];
