const HEAD =
  'State/UT,District,Market,Commodity Group,Commodity,Variety,Grade,Min Price,Max Price,Modal Price,Price Unit,' +
  'Arrival Quantity,Arrival Unit,Arrival Date';
const MARKETS = [
  ['Maharashtra', 'Nashik', 'Lasalgaon'],
  ['Maharashtra', 'Pune', 'Pune'],
  ['Karnataka', 'Bangalore', 'Bangalore'],
  ['Karnataka', 'Hassan', 'Hassan'],
  ['Delhi', 'North Delhi', 'Azadpur'],
  ['Gujarat', 'Surat', 'Surat'],
] as const;
/** With a price that they begin from, per quintal. */
const GOODS = [
  ['Onion', 2_100],
  ['Tomato', 1_900],
  ['Potato', 1_350],
  ['Garlic', 9_200],
  ['Green Chilli', 4_100],
] as const;
const DAYS = 70;
const DAY = 86_400_000;

/** Prices and arrivals of ten weeks until yesterday, made up: the same ones at each call. */
export function arrivalReport(until = Date.now() - DAY): string {
  const lines: string[] = [];
  MARKETS.forEach(([state, district, market], place) => {
    GOODS.forEach(([commodity, base], good) => {
      for (let day = 0; day < DAYS; day += 1) {
        const date = new Date(until - (DAYS - day) * DAY + DAY);
        // Few markets open on Sundays.
        if (date.getUTCDay() === 0 && place % 3 !== 0) continue;
        const wave = Math.sin((day + good * 9) / 11) * 0.16 + Math.sin((day * 7 + place * 5) / 3) * 0.03;
        const modal = Math.round(base * (1 + wave + place * 0.025 + day * 0.002));
        const spread = 0.08 + 0.05 * Math.abs(Math.sin(day / 5 + place));
        const [min, max] = [Math.round(modal * (1 - spread)), Math.round(modal * (1 + spread))];
        const arrived = Math.round(90 + 60 * Math.cos((day + place * 3) / 6) + place * 12);
        const [year, month, dayOfMonth] = date.toISOString().slice(0, 10).split('-');
        const goods = `Vegetables,${commodity},Local,FAQ,${min},${max},${modal},Rs./Quintal,${arrived},Metric Tonnes`;
        lines.push(`${state},${district},${market},${goods},${dayOfMonth}-${month}-${year}`);
      }
    });
  });
  return [HEAD, ...lines, ''].join('\n');
}
