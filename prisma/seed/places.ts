import { list } from './wording.ts';

/** A country that clients come from: what its people, companies and addresses are called. */
export type Place = {
  country: string;
  /** How many clients come from there, compared with the others. */
  weight: number;
  firstNames: readonly string[];
  lastNames: readonly string[];
  streets: readonly string[];
  /** City, state or null, postcode with # for a digit and @ for a letter. */
  cities: readonly (readonly [city: string, state: string | null, postcode: string])[];
  /** {last}, {other}, {place}, {word}, {trade}. */
  companies: readonly string[];
  words: readonly string[];
  trades: readonly string[];
  phone: string;
  taxId: string;
  /** Whether the house number stands before the street. */
  numberFirst: boolean;
};

const english = {
  words: list(
    'Harbor|Redwood|Bluebird|Juniper|Copper|Lantern|Foxglove|Granite|Meadow|Northgate|Silverline|Beacon|Cedar|Driftwood|' +
      'Ember|Fieldstone|Hearth|Ironbridge|Kestrel|Larkspur|Maple|Oakwell|Pinecrest|Quarry|Riverbend|Saltbox|Thistle|Willow',
  ),
  trades: list(
    'Outdoors|Coffee Roasters|Analytics|Dental|Physiotherapy|Law|Accounting|Logistics|Robotics|Insurance|Travel|Interiors|' +
      'Cycles|Brewing|Learning|Energy|Pet Supply|Software|Skincare|Realty|Kitchens|Audio|Foods|Security|Landscapes|Yoga',
  ),
};

export const places: readonly Place[] = [
  {
    country: 'US',
    weight: 34,
    firstNames: list(
      'James|Olivia|Marcus|Emily|Ethan|Grace|Caleb|Hannah|Tyrone|Megan|Noah|Brianna|Derek|Alicia|Logan|Natalie|Andre|Sarah|' +
        'Carlos|Jasmine|Wesley|Kimberly|Aaron|Rachel|Jamal|Erin',
    ),
    lastNames: list(
      'Carter|Nguyen|Ramirez|Thompson|Brooks|Patel|Sullivan|Washington|Kowalski|Bennett|Hayes|Delgado|Foster|Kim|Mitchell|' +
        'Whitaker|Alvarez|Simmons|Reed|Donovan|Chen|Fletcher|Ortiz|Harmon|Pierce|Lowell|Vaughn|Castillo',
    ),
    streets: list(
      'Market Street|Oak Avenue|Elm Street|5th Avenue|Sunset Boulevard|Mission Street|Main Street|Lakeview Drive|Pine Street',
    ),
    cities: [
      ['Portland', 'OR', '972##'],
      ['Austin', 'TX', '787##'],
      ['Chicago', 'IL', '606##'],
      ['Denver', 'CO', '802##'],
      ['Brooklyn', 'NY', '112##'],
      ['San Diego', 'CA', '921##'],
      ['Nashville', 'TN', '372##'],
      ['Minneapolis', 'MN', '554##'],
      ['Atlanta', 'GA', '303##'],
    ],
    companies: [
      '{word} {trade}',
      '{word} {trade} Inc.',
      '{word} {trade} LLC',
      '{last} {trade}',
      '{last} & {other} {trade}',
      '{place} {trade} Co.',
    ],
    ...english,
    phone: '+1 41# 555 01##',
    taxId: '##-#######',
    numberFirst: true,
  },
  {
    country: 'GB',
    weight: 14,
    firstNames: list(
      'Oliver|Amelia|Harry|Isla|Callum|Freya|Rhys|Imogen|Owen|Zara|Alistair|Niamh|Gareth|Poppy|Rajesh|Eleanor',
    ),
    lastNames: list(
      'Ashworth|Hughes|MacLeod|Pritchard|Okonkwo|Fairbanks|Singh|Whitfield|Llewellyn|Barker|Khan|Thornton|Drummond|Oakley|Hargreaves|Sutton',
    ),
    streets: list('High Street|Station Road|Victoria Road|Church Lane|Park Row|Queen Street|Mill Lane|Albert Terrace'),
    cities: [
      ['London', null, 'E# #@@'],
      ['Manchester', null, 'M# #@@'],
      ['Bristol', null, 'BS# #@@'],
      ['Edinburgh', null, 'EH# #@@'],
      ['Cardiff', null, 'CF## #@@'],
      ['Leeds', null, 'LS# #@@'],
    ],
    companies: [
      '{word} {trade} Ltd',
      '{last} & {other} {trade}',
      '{last} {trade} Ltd',
      '{word} & {last}',
      '{place} {trade}',
    ],
    ...english,
    phone: '+44 20 7946 0###',
    taxId: 'GB#########',
    numberFirst: true,
  },
  {
    country: 'DE',
    weight: 12,
    firstNames: list(
      'Jürgen|Anke|Björn|Käthe|Stefan|Ulrike|Sören|Jörg|Franziska|Matthias|Heike|Götz|Lena|Torsten|Bärbel|Felix',
    ),
    lastNames: list(
      'Müller|Schröder|Köhler|Hofmann|Böttcher|Krüger|Weiß|Lindner|Jäger|Schäfer|Brandt|Günther|Vogel|Rößler|Neumann|Förster',
    ),
    streets: list(
      'Lindenstraße|Hauptstraße|Schillerstraße|Mühlenweg|Bahnhofstraße|Königsallee|Gartenstraße|Am Stadtpark',
    ),
    cities: [
      ['Köln', 'Nordrhein-Westfalen', '50###'],
      ['München', 'Bayern', '80###'],
      ['Hamburg', 'Hamburg', '20###'],
      ['Leipzig', 'Sachsen', '041##'],
      ['Nürnberg', 'Bayern', '904##'],
      ['Berlin', 'Berlin', '10###'],
    ],
    companies: [
      '{last} {trade} GmbH',
      '{word}-{trade} GmbH',
      '{last} & {other} {trade} KG',
      '{last} {trade} & Söhne',
      '{place}er {trade} AG',
    ],
    words: list('Alster|Rhein|Isar|Nord|Harz|Elb|Spree|Taunus|Wald|Morgen'),
    trades: list(
      'Maschinenbau|Verlag|Logistik|Optik|Getränke|Möbelwerk|Energietechnik|Bäckerei|Steuerberatung|Medizintechnik|Gartenbau|Küchenstudio',
    ),
    phone: '+49 30 23125 ###',
    taxId: 'DE#########',
    numberFirst: false,
  },
  {
    country: 'FR',
    weight: 8,
    firstNames: list('Chloé|Étienne|Anaïs|Rémi|Hélène|Loïc|Aurélie|François|Maëlle|Gaël|Zoé|Benoît|Camille|Jérôme'),
    lastNames: list(
      'Lefèvre|Dubois|Garçon|Béranger|Moreau|Chevalier|Lacroix|Fournier|Bélanger|Rousseau|Gérard|Marchand|Noël|Perrin',
    ),
    streets: list(
      'rue de la République|avenue Jean Jaurès|rue des Écoles|boulevard Voltaire|quai Saint-Michel|rue du Marché',
    ),
    cities: [
      ['Paris', null, '750##'],
      ['Lyon', null, '6900#'],
      ['Nantes', null, '44#00'],
      ['Bordeaux', null, '33#00'],
      ['Besançon', null, '25000'],
    ],
    companies: ['{trade} {last}', 'Maison {last}', '{trade} {word} SARL', '{last} & {other}', '{trade} de {place} SAS'],
    words: list('Lumière|Atlantique|Bellevue|Horizon|Belle Époque|Étoile|Sillage|Grand Large'),
    trades: list(
      'Boulangerie|Librairie|Cabinet|Éditions|Ateliers|Pâtisserie|Menuiserie|Cosmétiques|Vignobles|Transports|Hôtellerie',
    ),
    phone: '+33 1 99 00 ## ##',
    taxId: 'FR###########',
    numberFirst: true,
  },
  {
    country: 'ES',
    weight: 6,
    firstNames: list('Íñigo|Begoña|Andrés|Lucía|Raúl|Inés|Joaquín|Núria|Álvaro|Marisol|Óscar|Noelia'),
    lastNames: list('Muñoz|García|Ibáñez|Peña|Ordóñez|Vázquez|Núñez|Martín|Sáez|Castaño|Gómez|Rubí'),
    streets: list('Calle Mayor|Gran Vía|Avenida de la Constitución|Calle del Pez|Paseo de Gracia|Calle Ancha'),
    cities: [
      ['Madrid', 'Madrid', '280##'],
      ['Barcelona', 'Barcelona', '080##'],
      ['Sevilla', 'Sevilla', '410##'],
      ['A Coruña', 'Galicia', '150##'],
      ['Málaga', 'Málaga', '290##'],
    ],
    companies: ['{trade} {last} S.L.', '{trade} {word}', '{last} y {other} {trade}', '{trade} de {place} S.A.'],
    words: list('Mediterránea|del Sur|Levante|Sierra Blanca|El Olivo|Montaña'),
    trades: list('Bodegas|Clínica|Panadería|Abogados|Diseño|Turismo|Cerámica|Reformas|Inmobiliaria|Conservas'),
    phone: '+34 900 55 ## ##',
    taxId: 'ESB########',
    numberFirst: false,
  },
  {
    country: 'SE',
    weight: 4,
    firstNames: list('Åsa|Björn|Göran|Märta|Håkan|Linnéa|Örjan|Elin|Anders|Malin'),
    lastNames: list('Lindström|Åkesson|Sjöberg|Nyström|Öberg|Hägglund|Bergström|Dahl|Wikström|Ekman'),
    streets: list('Storgatan|Kungsgatan|Södra Vägen|Drottninggatan|Ängsvägen|Hantverkargatan'),
    cities: [
      ['Stockholm', null, '11# ##'],
      ['Göteborg', null, '41# ##'],
      ['Malmö', null, '21# ##'],
      ['Örebro', null, '70# ##'],
    ],
    companies: ['{last} {trade} AB', '{word} {trade} AB', '{last} & {other} AB'],
    words: list('Norrsken|Skärgård|Fjäll|Björk|Mälar|Öresund'),
    trades: list('Bygg|Teknik|Kaffe|Möbler|Redovisning|Energi|Resor|Livsmedel'),
    phone: '+46 8 465 00 ##',
    taxId: 'SE##########01',
    numberFirst: false,
  },
  {
    country: 'PL',
    weight: 4,
    firstNames: list('Łukasz|Małgorzata|Paweł|Agnieszka|Michał|Żaneta|Krzysztof|Bożena|Wojciech|Joanna'),
    lastNames: list('Wójcik|Zieliński|Kowalczyk|Szymański|Dąbrowska|Woźniak|Kamińska|Piątek|Gołąb|Wrzesień'),
    streets: list('ul. Piękna|ul. Długa|al. Jerozolimskie|ul. Świętojańska|ul. Floriańska'),
    cities: [
      ['Warszawa', null, '00-###'],
      ['Kraków', null, '31-###'],
      ['Łódź', null, '90-###'],
      ['Gdańsk', null, '80-###'],
    ],
    companies: ['{trade} {last}', '{word} {trade} sp. z o.o.', '{last} i {other} {trade}'],
    words: list('Wisła|Tatry|Bałtyk|Żubr|Mazury|Jodła'),
    trades: list('Meble|Transport|Księgowość|Piekarnia|Oprogramowanie|Budownictwo|Okna|Ogrody'),
    phone: '+48 22 555 ## ##',
    taxId: 'PL##########',
    numberFirst: false,
  },
  {
    country: 'CH',
    weight: 4,
    firstNames: list('Urs|Regula|Beat|Céline|Reto|Ladina|Jürg|Sébastien|Vreni|Andrin'),
    lastNames: list('Zürcher|Bänziger|Hürlimann|Favre|Caduff|Steiner|Rüegg|Bühler|Nägeli|Amstutz'),
    streets: list('Seestrasse|Bahnhofstrasse|Rue du Rhône|Via Nassa|Rosenweg|Kirchgasse'),
    cities: [
      ['Zürich', 'ZH', '80##'],
      ['Genève', 'GE', '120#'],
      ['Bern', 'BE', '30##'],
      ['Chur', 'GR', '7000'],
    ],
    companies: ['{last} {trade} AG', '{word} {trade} AG', '{last} & {other} {trade} GmbH'],
    words: list('Säntis|Helvetia|Rigi|Léman|Gotthard|Edelweiss'),
    trades: list('Treuhand|Uhren|Präzisionstechnik|Käserei|Apotheke|Versicherungen|Bergbahnen|Architektur'),
    phone: '+41 44 555 ## ##',
    taxId: 'CHE-###.###.###',
    numberFirst: false,
  },
  {
    country: 'CA',
    weight: 6,
    firstNames: list('Émilie|Wyatt|Geneviève|Liam|Noémie|Avery|Xavier|Priya|Mackenzie|Jean-François'),
    lastNames: list('Tremblay|MacDonald|Bouchard|Singh|Gagnon|Campbell|Côté|Lavallée|Fraser|Wong'),
    streets: list(
      'Queen Street West|rue Sainte-Catherine|Granville Street|Jasper Avenue|chemin Saint-Louis|Dundas Street',
    ),
    cities: [
      ['Toronto', 'ON', 'M#@ #@#'],
      ['Montréal', 'QC', 'H#@ #@#'],
      ['Vancouver', 'BC', 'V#@ #@#'],
      ['Québec', 'QC', 'G#@ #@#'],
      ['Halifax', 'NS', 'B#@ #@#'],
    ],
    companies: ['{word} {trade} Inc.', '{last} {trade}', '{last} & {other} {trade} Ltd.', '{place} {trade}'],
    ...english,
    phone: '+1 41# 555 01##',
    taxId: '######### RT0001',
    numberFirst: true,
  },
  {
    country: 'BR',
    weight: 4,
    firstNames: list('João|Conceição|Antônio|Luíza|Caetano|Mônica|Sebastião|Flávia|Vinícius|Patrícia'),
    lastNames: list('Gonçalves|Araújo|Brandão|Magalhães|Simões|Falcão|Assunção|Moura|Conceição|Leitão'),
    streets: list('Rua das Flores|Avenida Paulista|Rua São Bento|Rua Augusta|Avenida Atlântica'),
    cities: [
      ['São Paulo', 'SP', '01###-###'],
      ['Rio de Janeiro', 'RJ', '20###-###'],
      ['Florianópolis', 'SC', '88###-###'],
      ['Belém', 'PA', '66###-###'],
    ],
    companies: ['{trade} {last} Ltda.', '{trade} {word}', '{last} e {other} {trade}'],
    words: list('Ipê|Sabiá|Bom Jardim|Guará|Aurora|Três Irmãos'),
    trades: list('Cafés|Clínica|Móveis|Tecnologia|Alimentos|Turismo|Advocacia|Construções'),
    phone: '+55 11 5550 ####',
    taxId: '##.###.###/0001-##',
    numberFirst: false,
  },
  {
    country: 'NL',
    weight: 4,
    firstNames: list('Daan|Fenna|Joost|Maaike|Ruben|Noëlle|Thijs|Anouk|Sjoerd|Liesbeth'),
    lastNames: list('de Vries|van Dijk|Bakker|Jansen|Hoekstra|van den Berg|Kuipers|Smeets|Postma|Coëlho'),
    streets: list('Keizersgracht|Kerkstraat|Stationsweg|Nieuwe Binnenweg|Molenlaan'),
    cities: [
      ['Amsterdam', null, '10## @@'],
      ['Utrecht', null, '35## @@'],
      ['Rotterdam', null, '30## @@'],
      ['Groningen', null, '97## @@'],
    ],
    companies: ['{last} {trade} B.V.', '{word} {trade}', '{last} & {other}'],
    words: list('Zuiderzee|Gouden Leeuw|Polder|Tulp|Noordster|De Molen'),
    trades: list('Fietsen|Bouw|Reizen|Bloemen|Verzekeringen|Keukens|Software|Transport'),
    phone: '+31 20 555 ####',
    taxId: 'NL#########B01',
    numberFirst: false,
  },
];
