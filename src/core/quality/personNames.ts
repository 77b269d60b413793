// Owns what tells names of people from other capitalised words: what a column is called, and how its values look. Pure
// patterns, for RE2 and for here.

/** A column that can only hold names of people, in the languages of most CSVs. */
export const NAMES_PEOPLE =
  /(^|[_ .-])(first|last|full|given|family|middle|maiden|birth|sur|fore|christian|patient|customer|client|employee|person|contact|student|teacher|passenger|member|owner|author|user|guest|applicant|doctor|sender|recipient|player|driver)[_ .-]?names?$|^(surname|forename|(vor|nach|familien)name|prenom|prénom|nom[_ ]de[_ ]famille|apellidos?|cognome|sobrenome|(voor|achter)naam|imię|nazwisko|имя|фамилия|фио)$|姓名|名字|氏名|성명|이름/i;
/** A column that may. */
export const NAMES_SOMETHING = /^(name|names|nom|nome|nombre|naam|navn|namn|名前)$/i;

/** Two capitalised words or more, "Braund, Mr. Owen Harris" and "Jean-Luc O'Neill" among them; no digits. */
export const TWO_CAPITALISED =
  "\\p{Lu}[\\p{L}'’-]+,?( (\\p{Lu}[\\p{L}'’.-]*|[(\"]\\p{Lu}[^0-9]*|de|da|del|der|van|von|bin|ibn|al|el|la|le|di|dos|y))+";
/** What stands in a column that is called first_name: words without digits, or two to four Chinese characters. */
export const NAME_LIKE = "\\p{L}[\\p{L}'’.-]*([ ,]+[\\p{L}'’.()\"-]+){0,6}";

/** Surnames of nine in ten Chinese people and more, most of two characters. @see Ministry of Public Security, 2020 report */
const SURNAMES =
  '王李张刘陈杨黄赵吴周徐孙马朱胡郭何林高罗郑梁谢宋唐许韩冯邓曹彭曾肖田董潘袁蔡蒋余于杜叶程魏苏吕丁任沈姚卢姜崔钟谭陆汪范金石廖贾夏韦付方白邹孟熊秦邱江尹薛闫段雷侯龙史陶黎贺顾毛郝龚邵万钱严覃武戴莫孔向汤' +
  '張劉陳楊黃趙吳孫馬羅鄭謝許韓馮鄧蕭葉蘇呂盧鍾譚陸賈鄒閻龍賀顧龔萬錢嚴湯';
const DOUBLE_SURNAMES = '欧阳|歐陽|司马|司馬|上官|诸葛|諸葛|皇甫|尉迟|公孙|慕容|令狐|司徒|夏侯';
/** A surname and one or two characters. */
export const CHINESE_NAME = `(${DOUBLE_SURNAMES}|[${SURNAMES}])\\p{Han}{1,2}`;

/** Titles, and first names that are frequent in some country; a name list would have some of them, a city list few. */
const TITLES = [
  'mr',
  'mrs',
  'ms',
  'miss',
  'dr',
  'prof',
  'herr',
  'frau',
  'monsieur',
  'madame',
  'señor',
  'señora',
];
const GIVEN_NAMES =
  'james john robert michael william david richard joseph thomas charles christopher daniel matthew anthony mark donald steven paul andrew joshua kenneth kevin brian george timothy ronald edward jason jeffrey ryan jacob gary nicholas eric jonathan stephen larry justin scott brandon benjamin samuel gregory alexander patrick frank raymond jack dennis jerry tyler aaron henry peter oliver harry mary patricia jennifer linda elizabeth barbara susan jessica sarah karen lisa nancy betty sandra margaret ashley kimberly emily donna michelle carol amanda melissa deborah stephanie rebecca laura sharon cynthia kathleen amy angela shirley anna brenda pamela emma nicole helen samantha katherine christine rachel carolyn janet maria heather diane julie olivia sophia alice owen hans peter klaus wolfgang jürgen stefan andreas ursula monika petra sabine anke jean pierre michel philippe marie sophie claire camille luis carlos josé juan miguel ana carmen lucia giuseppe marco luca giulia francesca mohammed muhammad ahmed ali fatima aisha omar ivan dmitri olga natasha sergei wei li ming xiao hiroshi yuki kenji sakura raj priya amit anita sanjay lars sven ingrid erik'.split(
    ' ',
  );
export const TITLE_OR_GIVEN_NAME = `(?i)(^|[^\\p{L}])(${[...TITLES, ...new Set(GIVEN_NAMES)].join('|')})([^\\p{L}]|$)`;
