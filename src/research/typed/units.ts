/** What a number may be a number of. `factor` converts exactly within one `system`. */
export interface Unit {
  dimension: Dimension;
  name: string;
  system: string | null;
  factor: number;
}

export type Dimension =
  | 'money'
  | 'mass'
  | 'length'
  | 'time'
  | 'share'
  | 'area'
  | 'volume'
  | 'temperature'
  | 'power'
  | 'energy'
  | 'data'
  | 'frequency'
  | 'speed'
  | 'pixels';

/** dimension, system (or - when nothing converts), then `factor=spelling|spelling` of each unit. */
const TABLE = `
money -  1=usd|us$|$|dollar|dollars|us dollars 1=eur|€|euro|euros 1=gbp|£|pound sterling|pounds sterling 1=jpy|¥|yen 1=chf|francs|swiss francs 1=inr|₹|rupee|rupees 1=cad 1=aud 1=cny|yuan 1=krw|₩|won 1=rub|₽ 1=sek 1=nok 1=dkk|kroner
mass metric  0.000001=mcg|µg|μg|microgram|micrograms 0.001=mg|milligram|milligrams 1=g|gram|grams|grammes 1000=kg|kilogram|kilograms|kilos 1000000=tonne|tonnes|t
mass -  1=lb|lbs|pound|pounds 1=oz|ounce|ounces 1=tons|ton
length metric  0.000001=nm|nanometre|nanometres|nanometer|nanometers 1=mm|millimetre|millimetres|millimeter|millimeters 10=cm|centimetre|centimetres|centimeter|centimeters 1000=m|metre|metres|meter|meters 1000000=km|kilometre|kilometres|kilometer|kilometers
length -  1=ft|foot|feet 1=in|inch|inches|″ 1=mi|mile|miles 1=yd|yard|yards
time clock  0.001=ms|msec|millisecond|milliseconds 1=s|sec|secs|second|seconds 60=min|mins|minute|minutes 3600=h|hr|hrs|hour|hours 86400=day|days 604800=week|weeks
time -  1=month|months 1=year|years|yr|yrs 1=decade|decades
share -  1=%|percent|percentage|pct|per cent
area -  1=km2|km²|square kilometres|square kilometers|sq km 1=m2|m²|square metres|square meters 1=ha|hectare|hectares 1=acre|acres 1=square miles|sq mi 1=square feet|sq ft
volume metric  1=ml|millilitre|millilitres|milliliter|milliliters 1000=l|litre|litres|liter|liters
volume -  1=gallon|gallons
temperature -  1=°c|celsius|degrees celsius 1=°f|fahrenheit|degrees fahrenheit 1=kelvin 1=degrees
power metric  1=w|watt|watts 1000=kw|kilowatt|kilowatts 1000000=mw|megawatt|megawatts
power -  1=hp|horsepower
energy -  1=mah 1=wh 1=kwh 1=mwh 1=gwh 1=kcal|calories 1=kj
data -  1=kb 1=mb|megabytes 1=gb|gigabyte|gigabytes 1=tb|terabyte|terabytes
frequency metric  1=hz|hertz 1000=khz 1000000=mhz 1000000000=ghz
speed -  1=km/h|kmh|kph|kilometres per hour|kilometers per hour 1=mph|miles per hour 1=m/s
pixels -  1=mp|megapixel|megapixels
`;

const unitOfSpelling = new Map<string, Unit>();
for (const line of TABLE.trim().split('\n')) {
  const [head = '', ...rest] = line.split('  ');
  const [dimension, system] = head.split(' ');
  for (const entry of rest.join(' ').split(/ (?=[\d.]+=)/)) {
    const [factor, names = ''] = entry.split('=');
    const spellings = names.split('|');
    for (const spelling of spellings) {
      const unit: Unit = {
        dimension: dimension as Dimension,
        name: spellings[0] ?? '',
        system: system === '-' ? null : `${dimension} ${system}`,
        factor: Number(factor),
      };
      unitOfSpelling.set(spelling, unit);
    }
  }
}

const DIMENSION_WORDS: Record<string, Dimension> = {
  price: 'money',
  cost: 'money',
  fee: 'money',
  revenue: 'money',
  salary: 'money',
  budget: 'money',
  profit: 'money',
  funding: 'money',
  valuation: 'money',
  msrp: 'money',
  weight: 'mass',
  mass: 'mass',
  height: 'length',
  width: 'length',
  length: 'length',
  depth: 'length',
  elevation: 'length',
  altitude: 'length',
  distance: 'length',
  diameter: 'length',
  duration: 'time',
  lifetime: 'time',
  age: 'time',
  percent: 'share',
  percentage: 'share',
  pct: 'share',
  temperature: 'temperature',
  area: 'area',
};

export function unitNamed(spelling: string): Unit | undefined {
  return unitOfSpelling.get(spelling.toLowerCase());
}

export function dimensionOfWord(word: string): Dimension | undefined {
  return Object.hasOwn(DIMENSION_WORDS, word) ? DIMENSION_WORDS[word] : undefined;
}

export interface UnitSpan {
  unit: Unit;
  length: number;
}

const MAX_UNIT_WORDS = 3;
const UNIT_WORD =
  /^(?:[\s\u00a0\u202f]|-(?=\p{L}))?((?:km\/h|m\/s|°[CF]|[\p{L}µμ]+[²2]?(?![\p{L}\p{N}])|[%€£¥₹₩₽$″]))/u;

/** The unit that `rest`, the text right after a number, begins with; the longest one. */
export function unitAtStart(rest: string): UnitSpan | null {
  let best: UnitSpan | null = null;
  let spelling = '';
  let length = 0;
  for (let words = 0; words < MAX_UNIT_WORDS; words++) {
    const found = UNIT_WORD.exec(rest.slice(length));
    if (!found?.[1]) break;
    length += found[0].length;
    spelling = spelling === '' ? found[1] : `${spelling} ${found[1]}`;
    const unit = unitNamed(spelling);
    // "2 in Berlin" is no length, and "5 won" is a result.
    if (unit && !(/^(?:in|won|t)$/i.test(spelling) && !/^-/.test(rest))) best = { unit, length };
  }
  return best;
}

/** `value` of unit `from` in unit `to`; null when there is no exact way. */
export function converted(value: number, from: Unit, to: Unit): number | null {
  if (from.name === to.name) return value;
  if (from.system === null || from.system !== to.system) return null;
  return Number(((value * from.factor) / to.factor).toPrecision(12));
}
