/** Regions by time zone, where a continent has several; the continent's own where a zone is not named. */
const regionOfZone: readonly (readonly [pattern: RegExp, region: string])[] = [
  [
    /^Europe\/(London|Dublin|Lisbon|Paris|Madrid|Brussels|Amsterdam|Luxembourg|Jersey|Guernsey|Isle_of_Man)$/,
    'eu-west',
  ],
  [
    /^Europe\/(Stockholm|Oslo|Copenhagen|Helsinki|Tallinn|Riga|Vilnius|Mariehamn)$|^Atlantic\/Reykjavik$/,
    'eu-north',
  ],
  [/^Europe\/(Rome|Malta|Athens|Belgrade|Zagreb|Sarajevo|Skopje|Tirane|Podgorica|Sofia)$/, 'eu-south'],
  [/^Europe\/(Kiev|Kyiv|Moscow|Minsk|Bucharest|Chisinau|Istanbul|Samara|Volgograd|Saratov)$/, 'eu-east'],
  [/^Europe\//, 'eu-central'],
  [/^America\/(Los_Angeles|Vancouver|Tijuana|Phoenix|Anchorage)$|^US\/Pacific$/, 'us-west'],
  [/^America\/(Chicago|Denver|Boise|Winnipeg|Edmonton|Regina)$|^US\/(Central|Mountain)$/, 'us-central'],
  [
    /^America\/(New_York|Detroit|Toronto|Montreal|Halifax|Indiana\/.*|Kentucky\/.*)$|^US\/Eastern$/,
    'us-east',
  ],
  [/^America\//, 'sa-east'],
  [/^Asia\/(Tokyo|Seoul|Pyongyang)$/, 'ap-northeast'],
  [/^Asia\/(Shanghai|Chongqing|Urumqi|Hong_Kong|Macau|Taipei)$/, 'ap-east'],
  [/^Asia\/(Kolkata|Calcutta|Colombo|Dhaka|Karachi|Kathmandu)$/, 'ap-south'],
  [/^Asia\/(Dubai|Riyadh|Qatar|Kuwait|Bahrain|Muscat|Jerusalem|Baghdad|Tehran|Amman|Beirut)$/, 'me-central'],
  [/^Asia\//, 'ap-southeast'],
  [/^(Australia|Pacific)\//, 'ap-southeast'],
  [/^Africa\//, 'af-south'],
]

/** A guess from the time zone (IANA name): `Europe/Berlin` is `eu-central`. Undefined for UTC and its like. */
export function guessRegion(timeZone: string): string | undefined {
  return regionOfZone.find(([pattern]) => pattern.test(timeZone))?.[1]
}
