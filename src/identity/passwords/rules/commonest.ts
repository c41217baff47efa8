/**
 * The words that the commonest passwords are made of. Whoever guesses tries these first, in any letters, with figures and signs
 * before or behind, once or several times in a row: see the laws.
 */
const words = `
  password passwort passw pass motdepasse contrasena senha parola haslo heslo lozinka salasana wachtwoord losenord kodeord
  qwerty qwertyuiop qwertzuiop azertyuiop asdfghjkl asdfgh zxcvbnm zxcvbn qazwsx qazwsxedc qazwsxedcrfv wsxedc edcrfv
  qwe asd zxc qweasd qweasdzxc asdzxc zaqwsx zaqxsw xswzaq poiuytrewq lkjhgfdsa mnbvcxz qwert asdf zxcv qwer azerty qwertz yxcvbnm
  letmein letmeinnow welcome welcomehome welcomeback hello helloworld helloo hithere goodbye goodmorning goodluck
  iloveyou iloveu iloveyousomuch iloveyoubaby iloveme loveyou loveme lovelove loveyouforever mylove truelove trueloves
  iloveyouforever iloveyoualways ilovejesus ilovegod ilovemyself ilovehim ilover ilovemymom ilovemom ilovedad ilovemusic
  teamo teamomucho tequiero tequieromucho teamoamor amoremio amormio tiamo tiamotanto jetaime monamour ichliebedich
  admin administrator administrador administrateur root superuser sysadmin system operator manager master webmaster default
  changeme changethis changemenow changeit temporary temp test tester testing testtest demo guest user username login signin
  secret topsecret mysecret secretpassword mypassword yourpassword thepassword newpassword oldpassword nopassword
  passwordpassword adminadmin passphrase passcode access accessdenied letmepass opensesame abracadabra trustno trustnoone
  monkey dragon shadow sunshine princess prince football baseball basketball softball hockey soccer superman batman
  spiderman ironman wolverine deadpool starwars startrek pokemon pikachu naruto sasuke minecraft fortnite roblox playstation
  nintendo nintendoswitch supermario sonic zelda warcraft worldofwarcraft counterstrike callofduty leagueoflegends overwatch
  michael michelle jennifer jessica jordan jordans daniel andrew thomas robert matthew joshua ashley nicole charlie
  christopher christian christina christine alexander alexandra alexandre anthony benjamin elizabeth stephanie samantha
  victoria veronica isabella gabriel gabriela guillermo francisco fernando alejandra alejandro valentina sebastian
  maximilian katharina friedrich margarita marguerite jonathan nathaniel nicholas patricia sabrina florian wolfgang
  tinkerbell cinderella snowwhite barbie hellokitty babygirl babyboy babyblue babycakes babybaby sweetheart sweetie
  sweetiepie honeybee cutiepie butterfly butterflies buttercup cupcake chocolate strawberry blueberry raspberry watermelon
  pineapple banana cookie cookies cookiemonster peanut peanutbutter cheesecake spaghetti hamburger popcorn pumpkin
  flower flowers sunflower rainbow rainbows starlight moonlight sunset midnight thunder lightning snowflake snowball
  liverpool manchester manchesterunited arsenal chelsea barcelona realmadrid juventus milan acmilan internazionale bayern
  bayernmunich bayernmunchen dortmund schalke galatasaray fenerbahce besiktas celtic rangers everton tottenham newcastle
  steelers cowboys dallascowboys yankees redsox lakers chicagobulls warriors patriots eagles packers raiders broncos
  mustang ferrari porsche lamborghini mercedes mercedesbenz harleydavidson harley corvette camaro chevrolet chevy toyota
  computer internet google facebook instagram youtube twitter linkedin microsoft windows apple iphone samsung android
  whatsapp snapchat hotmail yahoo gmail amazon netflix spotify linux ubuntu database server network security firewall
  freedom freedoms liberty america american usausausa canada australia england london paris berlin madrid newyork
  newyorkcity losangeles california chicago sanfrancisco sandiego florida texas hawaii brasil mexico argentina colombia
  germany deutschland oesterreich schweiz frankreich italia espana portugal nederland polska россия пароль йцукенгшщз
  jesus jesuschrist jesuslovesme jesusislord godisgood godbless godblessyou blessed angel angels heaven christ faith
  whatever whoknows nothing something anything everything forever forevermore together friends bestfriend
  bestfriends friendship family familyfirst mother father brother sister grandma grandpa daddysgirl mommy daddy
  january february march april june july august september october november december monday tuesday wednesday thursday
  friday saturday sunday spring summer autumn winter summertime wintertime springtime christmas merrychristmas halloween
  happybirthday happynewyear holiday vacation weekend birthday
  company business office officeadmin team teamwork support service services customer client order orders invoice
  serviceengine serviceenginex workspace agency studio
  correcthorsebatterystaple thequickbrownfox quickbrownfox tobeornottobe oncemoreuntothebreach maytheforcebewithyou
  onering ringo hakunamatata carpediem vivalavida laluna alohomora expectopatronum harrypotter hogwarts gryffindor
  slytherin lordoftherings gandalf frodo legolas aragorn winteriscoming gameofthrones breakingbad heisenberg
  fuckyou fuckoff fuckthis fuckme fuckyoubitch asshole bullshit motherfucker sexy sexygirl sexybitch
  abcdef abcdefg abcdefgh abcdefghi abcdefghij abcdefghijkl abcdefghijklmnopqrstuvwxyz abcabc aabbcc abcd abc xyz zyx
  onetwothree onetwothreefour onetwothreefourfive uno unodostres einszweidrei unodostrescuatro
`;

/** In lower case. */
export const commonWords: ReadonlySet<string> = new Set(words.trim().split(/\s+/));

/** Rows of keys and of figures: a part of one of them, forwards or backwards, however often, is no password either. */
export const rows: readonly string[] = [
  '01234567890123456789',
  'abcdefghijklmnopqrstuvwxyz',
  'qwertyuiop',
  'qwertzuiop',
  'azertyuiop',
  'asdfghjkl',
  'zxcvbnm',
  'yxcvbnm',
  '1qaz2wsx3edc4rfv5tgb6yhn7ujm8ik9ol0p',
  '1q2w3e4r5t6y7u8i9o0p',
  'q1w2e3r4t5y6u7i8o9p0',
  'qazwsxedcrfvtgbyhnujmikolp',
  '!@#$%^&*()_+',
  '147258369',
  '159357',
  '13579',
  '24680',
  '112233445566778899',
  '11223344556677889900',
];
