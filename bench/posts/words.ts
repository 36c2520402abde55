/** What texts are made of: everyday words by language. Their sentences mean nothing. */
export interface Language {
  readonly name: string;
  readonly words: readonly string[];
  /** Syllables of made-up names, so that no two texts are alike. */
  readonly syllables: readonly string[];
  readonly separator: string;
}

const LATIN = split(
  'ba be bo da di do fa fe ga go ka ke ko la li lo ma me mi na ne no pa po ra ri ro sa ta te to va vi',
);
const CYRILLIC = split('ба бе бо да ди до ка ке ко ла ли ло ма ме на не но па ра ри ро са та те то ва ви');
const ARABIC = split('با بو دا دي كا كو لا لي ما مو نا نو را رو سا تا تو');
const DEVANAGARI = split('का कि को ना नी मा मे रा री ला लो सा सु ता ती वा');
const KANA = split('か き く さ し た と な に の ま み ら り ろ わ');

/** Posts are mostly in English; the others share the rest evenly. */
export const LANGUAGES: readonly Language[] = [
  {
    name: 'English',
    words: split(
      'the a we they is was and with near over under quiet morning harbour boat market garden photo friend train ' +
        'walk river coffee rain today tomorrow yesterday really never always little green old new street window @sam #sunday',
    ),
    syllables: LATIN,
    separator: ' ',
  },
  {
    name: 'German',
    words: split(
      'der die das wir und mit am über heute morgen Garten Bahnhof Fluss Straße Frühstück schön leise grün alt neu Regen ' +
        'Kaffee Freunde Spaziergang',
    ),
    syllables: LATIN,
    separator: ' ',
  },
  {
    name: 'Spanish',
    words: split(
      'el la los un una y con cerca hoy mañana jardín río calle tren amigo lluvia café tranquilo verde viejo foto',
    ),
    syllables: LATIN,
    separator: ' ',
  },
  {
    name: 'Russian',
    words: split(
      'мы они и с утро сегодня завтра река сад рынок друг поезд дождь кофе улица тихо зелёный старый новый фото',
    ),
    syllables: CYRILLIC,
    separator: ' ',
  },
  {
    name: 'Arabic',
    words: split('نحن هم و مع صباح اليوم غدا نهر حديقة سوق صديق قطار مطر قهوة شارع هادئ أخضر قديم جديد صورة'),
    syllables: ARABIC,
    separator: ' ',
  },
  {
    name: 'Hindi',
    words: split('हम वे और के सुबह आज कल नदी बगीचा बाज़ार दोस्त रेल बारिश चाय सड़क शांत हरा पुराना नया तस्वीर'),
    syllables: DEVANAGARI,
    separator: ' ',
  },
  {
    name: 'Japanese',
    words: split('今日 明日 朝 は が の を に 川 庭 市場 友だち 電車 雨 お茶 道 静か 緑 古い 新しい 写真'),
    syllables: KANA,
    separator: '',
  },
];

function split(words: string): string[] {
  return words.split(' ');
}
