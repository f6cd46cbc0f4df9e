// Values as people read them, by the JSON Schema of the claim: the same as records/presenting.py.
const MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];

export const inLanguage = (words, english) => (english ? words.en || words.zh : words.zh);

function dayWords(year, month, day, english) {
  return english ? `${day} ${MONTHS[month - 1]} ${year}` : `${year}年${month}月${day}日`;
}

// A moment, to the minute, in the region's zone.
export function momentWords(milliseconds, zone, english) {
  const parts = Object.fromEntries(
    new Intl.DateTimeFormat("en-GB", {
      timeZone: zone, year: "numeric", month: "numeric", day: "numeric", hour: "2-digit", minute: "2-digit", hourCycle: "h23",
    })
      .formatToParts(milliseconds)
      .map((part) => [part.type, part.value]),
  );
  return `${dayWords(parts.year, Number(parts.month), Number(parts.day), english)} ${parts.hour}:${parts.minute}`;
}

export function valueWords(value, schema, zone, english) {
  const named = schema["x-words"]?.[String(value)];
  if (named) return inLanguage(named, english);
  if (value === null) return "—";
  if (typeof value === "boolean") return english ? (value ? "Yes" : "No") : value ? "是" : "否";
  if (Array.isArray(value)) {
    return value.map((each) => valueWords(each, schema.items ?? {}, zone, english)).join(english ? ", " : "、");
  }
  if (value instanceof Map) {
    const plain = Object.fromEntries(value);
    return typeof plain.zh === "string" ? inLanguage(plain, english) : JSON.stringify(plain);
  }
  if (typeof value === "number" && schema["x-unit"]) {
    return english ? `${value} ${schema["x-unit"].en}` : `${value}${schema["x-unit"].zh}`;
  }
  if (typeof value === "string") return textWords(value, schema.format, zone, english);
  return String(value);
}

const MOMENT = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(\.\d+)?(Z|[+-]\d{2}:\d{2})$/;

function textWords(value, format, zone, english) {
  const day = format === "date" && value.match(/^(\d{4})-(\d{2})-(\d{2})$/);
  if (day && !Number.isNaN(Date.parse(value))) return dayWords(Number(day[1]), Number(day[2]), Number(day[3]), english);
  if (format === "date-time" && MOMENT.test(value) && !Number.isNaN(Date.parse(value))) {
    return momentWords(Date.parse(value), zone, english);
  }
  return value;
}
