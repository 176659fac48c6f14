"""A corpus for gdpr_discover whose author has seen neither the detectors nor the other corpora.

The values are made by Faker (PyPI package `faker`, version 40.54.0, seeded, hence always the same) or drawn from short lists; national
numbers, cards and IBANs are computed here, with their check digits. The labels are set by hand, as a data protection officer would set
them: a category for what tells about the natural person of the row, None for what is nobody's, and for keys, flags and technical
timestamps. The figures of docs/discover.md are of this corpus. Whoever changes a detector because of what it does here has to write
another corpus, since the figures of this one are no longer those of unseen data.
"""

import datetime
import json
import random
import unicodedata
from types import SimpleNamespace

from faker import Faker

ROWS = 100

LOCALES = {"bg": "bg_BG", "hr": "hr_HR", "cs": "cs_CZ", "da": "da_DK", "nl": "nl_NL", "en": "en_GB", "ie": "en_IE", "et": "et_EE", "fi": "fi_FI", "fr": "fr_FR", "de": "de_DE", "at": "de_AT",
           "el": "el_GR", "hu": "hu_HU", "ga": "ga_IE", "it": "it_IT", "lv": "lv_LV", "lt": "lt_LT", "mt": "mt_MT", "pl": "pl_PL", "pt": "pt_PT", "ro": "ro_RO", "sk": "sk_SK", "sl": "sl_SI",
           "es": "es_ES", "sv": "sv_SE"}

# Per language: how street and number are written, streets, places with their postcodes, forms of telephone numbers.
PLACES = {
    "bg": ("{s} № {n}", "ул. Иван Вазов|ул. Шипка|бул. Витоша|ул. Раковски|ул. Граф Игнатиев|бул. Цар Освободител|ж.к. Люлин, бл.",
           "1000 София|4000 Пловдив|9000 Варна|8000 Бургас|7000 Русе|6000 Стара Загора|5800 Плевен|5000 Велико Търново", "+359 88# ### ###|088# ### ###|0898######|02/9## ## ##"),
    "hr": ("{s} {n}", "Ilica|Vukovarska ulica|Ulica kneza Branimira|Savska cesta|Strossmayerova|Trg bana Jelačića|Radićeva",
           "10000 Zagreb|21000 Split|51000 Rijeka|31000 Osijek|23000 Zadar|52100 Pula|42000 Varaždin|20000 Dubrovnik", "+385 91 ### ####|091/###-####|098 ### ###|01 4### ###"),
    "cs": ("{s} {n}", "Husova|Masarykova|Na Příkopě|Vinohradská|Palackého|Nádražní|Jiráskova|Lidická",
           "110 00 Praha 1|602 00 Brno|702 00 Ostrava|301 00 Plzeň|460 01 Liberec|779 00 Olomouc|370 01 České Budějovice|500 02 Hradec Králové",
           "+420 60# ### ###|72# ### ###|60#######|00420 73# ### ###"),
    "da": ("{s} {n}", "Nørregade|Vesterbrogade|Strandvejen|Østergade|Skolevej|Kirkegade|Søndergade|Møllevej",
           "1620 København V|8000 Aarhus C|5000 Odense C|9000 Aalborg|6700 Esbjerg|8900 Randers|4000 Roskilde|8700 Horsens", "+45 2# ## ## ##|2# ## ## ##|31######|+4560######"),
    "nl": ("{s} {n}", "Kerkstraat|Dorpsstraat|Prinsengracht|Julianalaan|Molenweg|Stationsweg|Beatrixstraat|Oude Gracht",
           "1012 AB Amsterdam|3011 HE Rotterdam|2511 CV Den Haag|3512 JC Utrecht|5611 GM Eindhoven|9711 LM Groningen|6211 HD Maastricht|4811 DK Breda",
           "06-########|+31 6 ########|020-6######|0031 6########"),
    "en": ("{n} {s}", "High Street|Church Lane|Victoria Road|Station Road|Mill Lane|Park Avenue|Queensway|The Crescent",
           "SW1A 2AA London|M1 4BT Manchester|LS1 5DL Leeds|BS1 4DJ Bristol|EH1 1YZ Edinburgh|CF10 3AT Cardiff|OX1 2JD Oxford|NE1 7RU Newcastle",
           "07### ######|+44 7### ######|020 7### ####|(0161) 4## ####"),
    "ie": ("{n} {s}", "Main Street|O'Connell Street|Patrick Street|Shop Street|Griffith Avenue|Church Road|Castle Park|Dublin Road",
           "D02 X285 Dublin|T12 RX8C Cork|H91 E9TF Galway|V94 T9PX Limerick|X91 PK15 Waterford|R95 KX57 Kilkenny|F91 Y8N2 Sligo|A92 W3YK Drogheda",
           "087 ### ####|+353 86 ### ####|01 4## ####|085#######"),
    "et": ("{s} {n}", "Narva mnt|Pärnu maantee|Tartu mnt|Lai tänav|Riia|Võidu|Kesk|Metsa",
           "10111 Tallinn|51003 Tartu|20308 Narva|80010 Pärnu|44306 Rakvere|93811 Kuressaare|71020 Viljandi|65604 Võru", "+372 5### ####|5#######|+372 6## ####"),
    "fi": ("{s} {n} A {k}", "Mannerheimintie|Hämeenkatu|Koulukatu|Kirkkokatu|Rantatie|Asemakatu|Mäkitie|Puistokatu",
           "00100 Helsinki|33100 Tampere|20100 Turku|90100 Oulu|40100 Jyväskylä|70100 Kuopio|15110 Lahti|65100 Vaasa", "040 #######|+358 50 ### ####|045-#######|09 4## ####"),
    "fr": ("{n} {s}", "rue de la République|avenue Jean Jaurès|rue Victor Hugo|boulevard Voltaire|place de l'Église|rue des Lilas|chemin des Vignes|impasse du Moulin",
           "75011 Paris|69003 Lyon|13006 Marseille|31000 Toulouse|44000 Nantes|67000 Strasbourg|33000 Bordeaux|59000 Lille|35000 Rennes|06000 Nice",
           "06 ## ## ## ##|+33 6 ## ## ## ##|07########|01.4#.##.##.##"),
    "de": ("{s} {n}", "Hauptstraße|Bahnhofstr.|Goethestraße|Am Kirchberg|Lindenweg|Schillerstr.|Gartenstraße|Mühlenweg|Feldstraße|Rosenweg",
           "10115 Berlin|20095 Hamburg|80331 München|50667 Köln|60311 Frankfurt am Main|70173 Stuttgart|01067 Dresden|04109 Leipzig|90402 Nürnberg|79098 Freiburg",
           "0151 ########|+49 170 #######|0176/########|030 4######|+49 (0)89 3######"),
    "at": ("{s} {n}/{k}", "Mariahilfer Straße|Landstraße|Herrengasse|Bergstraße|Kirchengasse|Feldgasse|Dorfplatz|Wiener Straße",
           "1060 Wien|8010 Graz|4020 Linz|5020 Salzburg|6020 Innsbruck|9020 Klagenfurt|4600 Wels|3100 St. Pölten", "0664 #######|+43 660 #######|0699/1#######|01 5######"),
    "el": ("{s} {n}", "Ερμού|Πανεπιστημίου|Αγίου Δημητρίου|Βενιζέλου|Λεωφ. Κηφισίας|Παπάγου|Κολοκοτρώνη|28ης Οκτωβρίου",
           "105 63 Αθήνα|546 24 Θεσσαλονίκη|262 21 Πάτρα|712 02 Ηράκλειο|412 22 Λάρισα|382 21 Βόλος|453 32 Ιωάννινα|731 32 Χανιά", "69########|+30 69# ### ####|210 #######|2310######"),
    "hu": ("{s} {n}.", "Kossuth Lajos utca|Petőfi u.|Rákóczi út|Ady Endre utca|Széchenyi tér|Béke u.|Dózsa György út|Fő utca",
           "1052 Budapest|4024 Debrecen|6720 Szeged|7621 Pécs|9021 Győr|3525 Miskolc|8000 Székesfehérvár|6000 Kecskemét", "+36 30 ### ####|06-20-###-####|+3670#######|06 1 3## ####"),
    "ga": ("{n} {s}", "An tSráid Mhór|Bóthar na Trá|Sráid Uí Chonaill|Bóthar an Chladaigh|Lána na Scoile|Sráid an tSéipéil|Plás an Mhuilinn",
           "H91 T8KX Gaillimh|D02 AF30 Baile Átha Cliath|T12 W8PX Corcaigh|V94 P2K6 Luimneach|V92 N5F6 Trá Lí|F92 X4C3 Leitir Ceanainn|H91 CF50 An Spidéal",
           "087 ### ####|+353 85 ### ####|091 5#####"),
    "it": ("{s} {n}", "Via Roma|Via Garibaldi|Corso Vittorio Emanuele II|Piazza Dante|Via Giuseppe Mazzini|Viale Europa|Via dei Mille|Vicolo Stretto|Via Cavour",
           "00184 Roma|20121 Milano|80133 Napoli|10121 Torino|40121 Bologna|50122 Firenze|90133 Palermo|16121 Genova|70121 Bari|37121 Verona",
           "+39 33# #######|34########|347 ### ####|06 4#######"),
    "lv": ("{s} iela {n}-{k}", "Brīvības|Čaka|Lāčplēša|Raiņa|Skolas|Dzirnavu|Zemgales|Liepu",
           "LV-1010 Rīga|LV-5401 Daugavpils|LV-3401 Liepāja|LV-3001 Jelgava|LV-2010 Jūrmala|LV-3601 Ventspils|LV-4201 Valmiera|LV-4101 Cēsis", "+371 2#######|2#######|+371 29 ### ###"),
    "lt": ("{s} g. {n}-{k}", "Gedimino|Vytauto|Žalgirio|Kęstučio|Savanorių|Taikos|Basanavičiaus|Šviesos",
           "LT-01103 Vilnius|LT-44280 Kaunas|LT-91246 Klaipėda|LT-76285 Šiauliai|LT-35173 Panevėžys|LT-62113 Alytus|LT-68298 Marijampolė", "+370 6## #####|86#######|8 6## #####"),
    "mt": ("{n}, {s}", "Triq ir-Repubblika|Triq il-Kbira|Triq San Ġorġ|Triq it-Tempju|Triq id-Dejqa|Triq il-Kappillan Mifsud|Misraħ il-Knisja",
           "VLT 1117 Il-Belt Valletta|SLM 1549 Tas-Sliema|BKR 4012 Birkirkara|MST 3012 Il-Mosta|QRM 9072 Ħal Qormi|VCT 1044 Ir-Rabat|ZBR 2013 Ħaż-Żabbar",
           "+356 79## ####|99######|2144 ####"),
    "pl": ("{s} {n}/{k}", "ul. Mickiewicza|ul. Długa|ul. Kościuszki|al. Jana Pawła II|ul. Polna|ul. Słoneczna|os. Piastowskie|ul. 3 Maja",
           "00-001 Warszawa|31-001 Kraków|50-001 Wrocław|61-001 Poznań|80-001 Gdańsk|90-001 Łódź|20-001 Lublin|85-001 Bydgoszcz", "+48 60# ### ###|50#-###-###|79#######|22 6## ## ##"),
    "pt": ("{s}, {n}", "Rua Augusta|Avenida da Liberdade|Rua de Santa Catarina|Largo do Carmo|Travessa das Flores|Rua 25 de Abril|Praceta Camões",
           "1100-053 Lisboa|4000-447 Porto|3000-213 Coimbra|4700-230 Braga|8000-138 Faro|7000-508 Évora|2900-001 Setúbal|3810-100 Aveiro",
           "91# ### ###|+351 96# ### ###|93#######|21# ### ###"),
    "ro": ("{s} nr. {n}, ap. {k}", "Str. Mihai Eminescu|Bd. Unirii|Calea Victoriei|Str. Libertății|Str. Avram Iancu|Șos. Colentina|Aleea Teilor",
           "010011 București|400001 Cluj-Napoca|700001 Iași|300001 Timișoara|900001 Constanța|500001 Brașov|550001 Sibiu|410001 Oradea",
           "07## ### ###|+40 7## ### ###|07########|021 3## ## ##"),
    "sk": ("{s} {n}", "Hlavná|Štúrova|Mierová|Námestie SNP|Hviezdoslavova|Školská|Železničná|Sládkovičova",
           "811 01 Bratislava|040 01 Košice|080 01 Prešov|010 01 Žilina|974 01 Banská Bystrica|949 01 Nitra|917 01 Trnava|036 01 Martin",
           "+421 90# ### ###|0911 ### ###|0905######|02/5### ####"),
    "sl": ("{s} {n}", "Slovenska cesta|Prešernova ulica|Cankarjeva cesta|Trubarjeva|Kidričeva ulica|Gosposvetska cesta|Pod gozdom",
           "1000 Ljubljana|2000 Maribor|3000 Celje|4000 Kranj|6000 Koper|8000 Novo mesto|5000 Nova Gorica|9000 Murska Sobota", "041 ### ###|+386 31 ### ###|040######|01 5## ## ##"),
    "es": ("{s}, {n}", "Calle Mayor|Avda. de la Constitución|C/ Cervantes|Plaza de España|Calle del Carmen|Paseo del Prado|C/ San Juan|Ronda de Toledo",
           "28013 Madrid|08002 Barcelona|46001 Valencia|41001 Sevilla|50001 Zaragoza|29001 Málaga|48001 Bilbao|15001 A Coruña|33001 Oviedo",
           "6## ### ###|+34 6## ## ## ##|6########|91 5## ## ##"),
    "sv": ("{s} {n}", "Storgatan|Drottninggatan|Kungsgatan|Skolgatan|Björkvägen|Kyrkogatan|Ringvägen|Åsgatan",
           "111 20 Stockholm|411 06 Göteborg|211 20 Malmö|753 10 Uppsala|582 23 Linköping|702 10 Örebro|903 26 Umeå|252 20 Helsingborg",
           "070-### ## ##|+46 73 ### ## ##|076#######|08-5## ### ##"),
}

MAIL = {"de": "gmx.de|web.de|t-online.de|gmail.com", "fr": "orange.fr|free.fr|wanadoo.fr|gmail.com", "it": "libero.it|gmail.com|tiscali.it|alice.it",
        "es": "hotmail.es|gmail.com|telefonica.net", "pl": "wp.pl|onet.pl|gmail.com",
        "cs": "seznam.cz|gmail.com|centrum.cz", "hu": "freemail.hu|citromail.hu|gmail.com", "bg": "abv.bg|gmail.com|mail.bg", "en": "btinternet.com|gmail.com|hotmail.co.uk|outlook.com",
        "lv": "inbox.lv|gmail.com",
        "sk": "azet.sk|gmail.com|centrum.sk", "pt": "sapo.pt|gmail.com|hotmail.com", "nl": "ziggo.nl|kpnmail.nl|gmail.com", "ro": "yahoo.com|gmail.com"}

AGENTS = ("Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/12{}.0.0.0 Safari/537.36",
          "Mozilla/5.0 (iPhone; CPU iPhone OS 17_{} like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/17.4 Mobile/15E148 Safari/604.1",
          "Mozilla/5.0 (X11; Linux x86_64; rv:12{0}.0) Gecko/20100101 Firefox/12{0}.0",
          "Mozilla/5.0 (Linux; Android 14; SM-S91{}B) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/124.0.0.0 Mobile Safari/537.36")

LETTERS = str.maketrans({"ł": "l", "ø": "o", "ß": "ss", "æ": "ae", "đ": "d", "ħ": "h", "ı": "i"}
                        | dict(zip("абвгдежзийклмнопрстуфхцчшщъьюя", "a b v g d e zh z i y k l m n o p r s t u f h ts ch sh sht a y yu ya".split()))
                        | dict(zip("αβγδεζηθικλμνξοπρσςτυφχψω", "a v g d e z i th i k l m n x o p r s s t y f ch ps o".split())))


def plain(text):
    """The text in small letters of ASCII."""
    text = "".join(c for c in unicodedata.normalize("NFKD", text.lower().replace("й", "y")) if not unicodedata.combining(c)).translate(LETTERS)
    return "".join(c for c in text if c.isascii() and c.isalnum())


def unaccented(text):
    return "".join(c for c in unicodedata.normalize("NFD", text) if not unicodedata.combining(c))


def latin(text):
    """The text in capitalised words of ASCII."""
    return " ".join(plain(word).capitalize() for word in text.split())


def luhn(digits):
    """The digits with the check digit of Luhn behind them."""
    total = sum(d if i % 2 else sum(divmod(2 * d, 10)) for i, d in enumerate(map(int, reversed(digits))))
    return digits + str(-total % 10)


def iso7064(digits):
    """The digits with the check digit of ISO 7064 MOD 11,10 behind them."""
    product = 10
    for d in digits:
        product = ((int(d) + product) % 10 or 10) * 2 % 11
    return digits + str((11 - product) % 10)


def weighted(digits, weights):
    return sum(int(d) * w for d, w in zip(digits, weights))


class Maker:
    """The source of the values of one table: a language, a seeded generator, and the persons that its rows are about."""

    def __init__(self, seed, language, years):
        self.language = language
        self.random = random.Random(seed)
        self.faker = Faker(LOCALES[language])
        self.faker.seed_instance(seed)
        self.years = years
        self.people = [self.person() for _ in range(ROWS)]

    def person(self):
        form, streets, towns, _ = PLACES[self.language]
        sex = self.random.choice("mf")
        first = getattr(self.faker, "first_name_male" if sex == "m" else "first_name_female")().strip().title()
        last = getattr(self.faker, "last_name_male" if sex == "m" else "last_name_female")().strip()
        last = last.capitalize() if self.language == "sl" else last
        born = self.day(*self.years)
        street = self.random.choice(streets.split("|"))
        number = self.random.randint(1, 140)
        town = self.random.choice(towns.split("|"))
        # The postcode ends with the last word that has a digit and that is not the number of a district.
        words = town.split(" ")
        size = 2 if len(words) > 2 and (any(c.isdigit() for c in words[1]) or self.language in ("nl", "en", "ie", "ga", "mt")) else 1
        return SimpleNamespace(sex=sex, first=first, last=last, born=born, street=form.format(s=street, n=number, k=self.random.randint(1, 60)), way=street, number=number,
                               postcode=" ".join(words[:size]), city=" ".join(words[size:]), mail=self.mail(first, last, born), login=self.login(first, last, born))

    def mail(self, first, last, born):
        first, last = plain(first), plain(last)
        domain = self.random.choice(MAIL.get(self.language, "gmail.com|hotmail.com|outlook.com").split("|"))
        return self.random.choice((f"{first}.{last}", f"{first[:1]}{last}", f"{last}{born:%y}", f"{first}_{last}", f"{first}{self.random.randint(1, 99)}")) + "@" + domain

    def login(self, first, last, born):
        first, last = plain(first), plain(last)
        return self.random.choice((f"{first}{born:%y}", f"{first[:1]}{last}", f"{last}.{first[:1]}", f"xX_{first}_Xx", f"{first}{last[:3]}{self.random.randint(1, 999)}"))

    def day(self, first, last):
        return datetime.date(first, 1, 1) + datetime.timedelta(days=self.random.randrange((last - first + 1) * 365))

    def holes(self, values, nulls):
        return [None if self.random.random() < nulls else str(value) for value in values] if nulls else [str(value) for value in values]

    def row(self, make, nulls=0.0):
        return self.holes([make(p) for p in self.people], nulls)

    def each(self, make, nulls=0.0):
        return self.holes([make() for _ in range(ROWS)], nulls)

    def pick(self, choices, nulls=0.0):
        return self.each(lambda: self.random.choice(choices.split("|")), nulls)

    def form(self, forms):
        """One of the forms, with a digit for each #, a capital for each ?, a hexadecimal digit for each ^."""
        signs = {"#": "0123456789", "?": "ABCDEFGHJKLMNPRSTVWXYZ", "^": "0123456789abcdef"}
        return "".join(self.random.choice(signs[c]) if c in signs else c for c in self.random.choice(forms.split("|")))

    def forms(self, forms, nulls=0.0):
        return self.each(lambda: self.form(forms), nulls)

    def first(self, nulls=0.0):
        return self.row(lambda p: p.first, nulls)

    def last(self, nulls=0.0):
        return self.row(lambda p: p.last, nulls)

    def name(self, form="{0} {1}", nulls=0.0):
        return self.row(lambda p: form.format(p.first, p.last), nulls)

    def email(self, nulls=0.0):
        return self.row(lambda p: p.mail, nulls)

    def phone(self, nulls=0.0):
        return self.forms(PLACES[self.language][3], nulls)

    def address(self, form="{0}, {1} {2}", nulls=0.0):
        return self.row(lambda p: form.format(p.street, p.postcode, p.city), nulls)

    def street(self, nulls=0.0):
        return self.row(lambda p: p.street, nulls)

    def city(self, nulls=0.0):
        return self.row(lambda p: p.city, nulls)

    def postcode(self, nulls=0.0):
        return self.row(lambda p: p.postcode, nulls)

    def born(self, form="%Y-%m-%d", nulls=0.0):
        return self.row(lambda p: p.born.strftime(form), nulls)

    def sex(self, man, woman, nulls=0.0):
        return self.row(lambda p: man if p.sex == "m" else woman, nulls)

    def dates(self, first, last, form="%Y-%m-%d", nulls=0.0):
        return self.each(lambda: self.day(first, last).strftime(form), nulls)

    def stamps(self, nulls=0.0):
        return self.each(lambda: f"{self.day(2019, 2024)} {self.random.randrange(24):02}:{self.random.randrange(60):02}:{self.random.randrange(60):02}.{self.random.randrange(1000):03}+00",
                         nulls)

    def whole(self, low, high, nulls=0.0):
        return self.each(lambda: self.random.randint(low, high), nulls)

    def number(self, low, high, digits=2, nulls=0.0):
        return self.each(lambda: f"{self.random.uniform(low, high):.{digits}f}", nulls)

    def serial(self, start, step=1):
        return [str(start + i * step) for i in range(ROWS)]

    def flag(self, nulls=0.0):
        return self.pick("t|f", nulls)

    def company(self, nulls=0.0):
        return self.each(self.faker.company, nulls)

    def agent(self, nulls=0.0):
        return self.each(lambda: self.random.choice(AGENTS).format(self.random.randint(1, 6)), nulls)

    def ipv4(self, nulls=0.0):
        return self.each(self.faker.ipv4_public, nulls)

    def ipv6(self, nulls=0.0):
        return self.forms("2a02:8108:^^^:^^^^:^^^:^^^^:^^^^:^^^^|2001:861:^^^^:^^^::^^^^|2003:e1:^^^^:^^^^:^^^^:^^^^:^^^^:^^^^", nulls)

    def uuid(self):
        return self.forms("^^^^^^^^-^^^^-4^^^-a^^^-^^^^^^^^^^^^")

    def iban(self, form, nulls=0.0, spaced=False):
        """IBANs of a form such as DE##################, with their check digits."""
        def make():
            number = self.form(form[4:])
            check = 98 - int("".join(str(int(c, 36)) for c in number + form[:2] + "00")) % 97
            number = f"{form[:2]}{check:02}{number}"
            return " ".join(number[i:i + 4] for i in range(0, len(number), 4)) if spaced else number
        return self.each(make, nulls)

    def card(self, nulls=0.0, spaced=False):
        def make():
            number = luhn(self.form("4##############|51#############|54#############|37############"))
            cuts = (0, 4, 10, 15) if len(number) == 15 else (0, 4, 8, 12, 16)
            return " ".join(number[i:j] for i, j in zip(cuts, cuts[1:])) if spaced else number
        return self.each(make, nulls)

    def notes(self, texts, nulls=0.0):
        """Sentences of a list; {f}, {l}, {p}, {c} and {d} stand for first and last name, telephone, town and a date."""
        return self.row(lambda p: self.random.choice(texts).format(f=p.first, l=p.last, p=self.form(PLACES[self.language][3]), c=p.city, d=f"{self.day(2021, 2024):%d.%m.%Y}"), nulls)


# National numbers, from a maker and a person.

def steuer_id(m, p):
    digits = m.random.sample("123456789", 9)
    digits.insert(m.random.randint(1, 9), digits[0])
    return iso7064("".join(digits))


def nir(m, p):
    number = f"{1 if p.sex == 'm' else 2}{p.born:%y%m}{m.form('75|69|13|31|44|67|33|59')}{m.form('1##')}{m.form('###')}"
    return f"{number}{97 - int(number) % 97:02}"


def dni(m, p):
    number = m.form("########")
    return number + "TRWAGMYFPDXBNJZSQVHLCKE"[int(number) % 23]


def codice_fiscale(m, p):
    def three(text, first):
        text = plain(text)
        consonants = [c for c in text if c not in "aeiou"]
        if first and len(consonants) > 3:
            consonants = [consonants[0], *consonants[2:]]
        return "".join([*consonants, *(c for c in text if c in "aeiou"), "x", "x", "x"][:3]).upper()
    day = p.born.day + (40 if p.sex == "f" else 0)
    code = f"{three(p.last, False)}{three(p.first, True)}{p.born:%y}{'ABCDEHLMPRST'[p.born.month - 1]}{day:02}{m.form('H501|F205|F839|L219|A944|D612|G273|D969')}"
    odd = dict(zip("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ", [1, 0, 5, 7, 9, 13, 15, 17, 19, 21, 1, 0, 5, 7, 9, 13, 15, 17, 19, 21, 2, 4, 18, 20, 11, 3, 6, 8, 12, 14, 16, 10, 22, 25, 24, 23]))
    total = sum(odd[c] if i % 2 == 0 else int(c) if c.isdigit() else ord(c) - 65 for i, c in enumerate(code))
    return code + chr(65 + total % 26)


def pesel(m, p):
    digits = f"{p.born:%y}{p.born.month + (20 if p.born.year >= 2000 else 0):02}{p.born:%d}{m.form('###')}{m.random.choice('13579' if p.sex == 'm' else '02468')}"
    return digits + str(-weighted(digits, (1, 3, 7, 9, 1, 3, 7, 9, 1, 3)) % 10)


def bsn(m, p):
    while True:
        digits = m.form("1#######|2#######")
        check = weighted(digits, (9, 8, 7, 6, 5, 4, 3, 2)) % 11
        if check < 10:
            return digits + str(check)


def personnummer(m, p):
    digits = luhn(f"{p.born:%y%m%d}{m.form('##')}{m.random.choice('13579' if p.sex == 'm' else '02468')}")
    return f"{p.born:%Y}{digits[2:6]}-{digits[6:]}"


def hetu(m, p):
    serial = m.form("1##|2##|3##|4##|5##|6##|7##|8##")
    return f"{p.born:%d%m%y}{'-' if p.born.year < 2000 else 'A'}{serial}{'0123456789ABCDEFHJKLMNPRSTUVWXY'[int(f'{p.born:%d%m%y}{serial}') % 31]}"


def cpr(m, p):
    return f"{p.born:%d%m%y}-{m.form('0###|1###|2###|3###' if p.born.year < 2000 else '4###|5###|6###')}"


def isikukood(m, p):
    digits = f"{(3 if p.born.year < 2000 else 5) + (p.sex == 'f')}{p.born:%y%m%d}{m.form('###')}"
    check = weighted(digits, (1, 2, 3, 4, 5, 6, 7, 8, 9, 1)) % 11
    if check == 10:
        check = weighted(digits, (3, 4, 5, 6, 7, 8, 9, 1, 2, 3)) % 11 % 10
    return digits + str(check)


def personas_kods(m, p):
    while True:
        digits = f"{p.born:%d%m%y}{1 if p.born.year < 2000 else 2}{m.form('###')}"
        check = (1101 - weighted(digits, (1, 6, 3, 7, 9, 10, 5, 8, 4, 2))) % 11
        if check < 10:
            return f"{digits[:6]}-{digits[6:]}{check}"


def rodne_cislo(m, p):
    while True:
        digits = f"{p.born:%y}{p.born.month + (50 if p.sex == 'f' else 0):02}{p.born:%d}{m.form('###')}"
        check = -int(digits + "0") % 11
        if check < 10:
            return f"{digits[:6]}/{digits[6:]}{check}"


def taj(m, p):
    digits = m.form("########")
    return digits + str(weighted(digits, (3, 7, 3, 7, 3, 7, 3, 7)) % 10)


def cnp(m, p):
    digits = f"{(1 if p.born.year < 2000 else 5) + (p.sex == 'f')}{p.born:%y%m%d}{m.form('01|12|22|35|40|41|08|05')}{m.form('###')}"
    check = weighted(digits, (2, 7, 9, 1, 4, 6, 3, 5, 8, 2, 7, 9)) % 11
    return digits + str(1 if check == 10 else check)


def egn(m, p):
    digits = f"{p.born:%y}{p.born.month + (40 if p.born.year >= 2000 else 0):02}{p.born:%d}{m.form('##')}{m.random.choice('02468' if p.sex == 'm' else '13579')}"
    return digits + str(weighted(digits, (2, 4, 8, 5, 10, 9, 7, 3, 6)) % 11 % 10)


def oib(m, p):
    return iso7064(m.form("##########"))


def emso(m, p):
    while True:
        digits = f"{p.born:%d%m}{p.born:%Y}"[:4] + f"{p.born:%Y}"[1:] + "50" + m.form("0##|1##|2##|3##|4##" if p.sex == "m" else "5##|6##|7##|8##|9##")
        check = -weighted(digits, (7, 6, 5, 4, 3, 2, 7, 6, 5, 4, 3, 2)) % 11
        if check < 10:
            return digits + str(check)


def amka(m, p):
    return luhn(f"{p.born:%d%m%y}{m.form('####')}")


def afm(m, p):
    digits = m.form("0#######|1#######")
    return digits + str(weighted(digits, (256, 128, 64, 32, 16, 8, 4, 2)) % 11 % 10)


def nif(m, p):
    digits = m.form("1#######|2#######")
    check = 11 - weighted(digits, (9, 8, 7, 6, 5, 4, 3, 2)) % 11
    return digits + str(check if check < 10 else 0)


def ppsn(m, p):
    digits = m.form("#######")
    return digits + "WABCDEFGHIJKLMNOPQRSTUV"[weighted(digits, (8, 7, 6, 5, 4, 3, 2)) % 23]


def svnr(m, p):
    while True:
        serial = m.form("1##|2##|3##|4##|5##")
        check = (weighted(serial, (3, 7, 9)) + weighted(f"{p.born:%d%m%y}", (5, 8, 4, 2, 1, 6))) % 11
        if check < 10:
            return f"{serial}{check} {p.born:%d%m%y}"


def ean(m):
    digits = m.form("40##########|50##########|30##########")
    return digits + str(-weighted(digits, (1, 3) * 6) % 10)


def isbn(m):
    digits = "978" + m.form("84#######|88#######")
    return digits + str(-weighted(digits, (1, 3) * 6) % 10)


BUILDERS = {}


def table(name, language, years=(1938, 2005)):
    """Registers what makes the columns of a table."""
    def register(build):
        BUILDERS[name] = (build, language, years)
        return build
    return register


def tables():
    """Table name -> list of (column name, SQL type, label, values)."""
    made = {}
    for seed, (name, (build, language, years)) in enumerate(BUILDERS.items()):
        made[name] = build(Maker(7100 + seed, language, years))
    return made


@table("hotel_bookings", "en")
def hotel_bookings(m):
    return [("booking_ref", "text", None, m.forms("HB-######")),
            ("guest_name", "text", "name", m.name("{1}, {0}")),
            ("guest_email", "varchar(120)", "email", m.email(0.1)),
            ("guest_mobile", "text", "phone", m.phone(0.2)),
            ("arrival", "date", None, m.dates(2023, 2024)),
            ("nights", "smallint", None, m.whole(1, 14)),
            ("room_name", "text", None, m.pick("Garden Suite|Lady Hamilton|The Wellington|Attic Double|Sea View King|Lord Nelson")),
            ("nationality", "char(2)", "nationality", m.pick("GB|GB|IE|FR|DE|US|NL|ES", 0.15)),
            ("passport_no", "text", "identity_document", m.forms("#########|5########|1########", 0.35)),
            ("cc_number", "text", "payment_card", m.card(0.25)),
            ("special_requests", "text", "free_text", m.notes(["Late arrival after 11pm, please call {p}", "Mr {l} needs a wheelchair accessible room",
                                                               "Anniversary of {f} and partner, flowers on bed please", "quiet room", "My wife is coeliac. {f} {l}",
                                                               "cot for baby, name on the booking is {l}"], 0.4)),
            ("rate_code", "text", None, m.pick("BAR|CORP|AAA|GOV|PKG1"))]


@table("mietwagen_kunden", "de")
def mietwagen_kunden(m):
    return [("kd_nr", "integer", None, m.serial(100231, 7)),
            ("anrede", "text", "gender", m.sex("Herr", "Frau")),
            ("vorname", "text", "first_name", m.first()),
            ("nachname", "text", "last_name", m.last()),
            ("geb_dat", "text", "birth_date", m.born("%d.%m.%Y", 0.1)),
            ("fs_nummer", "text", "identity_document", m.forms("B072RRE####|N1201####A5|J430########", 0.1)),
            ("kennzeichen", "text", "vehicle", m.forms("M-SX ####|M-AV ###|HH-SI ####")),
            ("fahrzeugmodell", "text", None, m.pick("VW Golf|Opel Astra|Ford Focus|BMW 118i|Škoda Octavia|Fiat 500")),
            ("strasse", "text", "street", m.street()),
            ("plz", "char(5)", "postcode", m.postcode()),
            ("ort", "text", "city", m.city()),
            ("tel_mobil", "text", "phone", m.phone(0.15)),
            ("abholstation", "text", None, m.pick("München Hauptbahnhof|Flughafen Köln/Bonn|Berlin Alexanderplatz|Hamburg Altona")),
            ("km_stand", "integer", None, m.whole(1200, 90000))]


@table("etudiants", "fr", (1992, 2006))
def etudiants(m):
    return [("id_etu", "integer", None, m.serial(22001001)),
            ("nom", "text", "last_name", m.row(lambda p: p.last.upper())),
            ("prenom", "text", "first_name", m.first()),
            ("dateNaissance", "date", "birth_date", m.born()),
            ("lieuNaissance", "text", "birth_place", m.pick("Lyon|Rennes|Casablanca|Dakar|Brest|Fort-de-France|Metz|Bruxelles|Tours", 0.1)),
            ("nir", "varchar(15)", "national_id", m.row(lambda p: nir(m, p), 0.2)),
            ("adresse_complete", "text", "address", m.address()),
            ("mail_perso", "text", "email", m.email(0.2)),
            ("boursier", "boolean", None, m.flag()),
            ("code_filiere", "text", None, m.pick("L1-DROIT|L2-HIST|M1-INFO|M2-BIO|L3-ECO")),
            ("nom_batiment", "text", None, m.pick("Marie Curie|Jean Moulin|Louis Pasteur|Simone Veil|Victor Hugo")),
            ("moyenne_promo", "numeric(4,2)", None, m.number(8, 16)),
            ("annee_inscription", "integer", None, m.whole(2015, 2024))]


@table("SOCIOS_CLUB", "es")
def socios_club(m):
    return [("NUM_SOCIO", "integer", None, m.serial(4001)),
            ("NOMBRE_Y_APELLIDOS", "varchar(80)", "name", m.row(lambda p: f"{p.last} {m.faker.last_name()}, {p.first}".upper())),
            ("NOMBRE_SECCION", "text", None, m.pick("Natación|Pádel|Baloncesto femenino|Judo infantil|Atletismo")),
            ("DNI", "char(9)", "national_id", m.row(lambda p: dni(m, p), 0.1)),
            ("F_NAC", "integer", "birth_date", m.born("%Y%m%d")),
            ("TLF_1", "text", "phone", m.phone()),
            ("TLF_2", "text", "phone", m.phone(0.4)),
            ("DOMICILIO", "text", "street", m.row(lambda p: p.street.upper())),
            ("CP", "text", "postcode", m.postcode()),
            ("POBLACION", "text", "city", m.row(lambda p: p.city.upper())),
            ("CUENTA_DOMICILIACION", "text", "iban", m.iban("ES00####################", 0.2, spaced=True)),
            ("TALLA_CAMISETA", "text", None, m.pick("S|M|L|XL|XXL", 0.3)),
            ("CUOTA", "numeric", None, m.pick("25.00|40.00|60.00")),
            ("F_ALTA_REG", "timestamptz", None, m.stamps())]


@table("registro_battesimi", "it")
def registro_battesimi(m):
    return [("num_atto", "text", None, m.forms("##/B|###/B")),
            ("cognome_nome", "text", "name", m.name("{1} {0}")),
            ("data_nascita", "text", "birth_date", m.born("%d/%m/%Y")),
            ("luogo_nascita", "text", "birth_place", m.pick("Roma|Latina|Viterbo|Napoli|L'Aquila|Frosinone|Buenos Aires", 0.15)),
            ("padre", "text", "name", m.row(lambda p: f"{m.faker.first_name_male()} {p.last}", 0.1)),
            ("madre", "text", "name", m.each(lambda: f"{m.faker.first_name_female()} {m.faker.last_name()}", 0.1)),
            ("confessione", "text", "religion", m.pick("cattolica|cattolica|cattolica|ortodossa|valdese|catecumeno", 0.1)),
            ("stato_civile", "text", "family_status", m.pick("celibe|nubile|coniugato/a|vedovo/a|separato/a", 0.2)),
            ("parrocchia", "text", None, m.pick("San Giovanni Battista|Santa Maria Assunta|San Pietro|Sant'Antonio di Padova|Santi Cosma e Damiano")),
            ("cod_fiscale", "char(16)", "national_id", m.row(lambda p: codice_fiscale(m, p), 0.3)),
            ("annotazioni", "text", "free_text", m.notes(["Sposato in {c} il {d}", "Cresima il {d}, padrino {f} {l}", "Atto trascritto", "Residente a {c}, tel. {p}",
                                                          "Madre deceduta, affidato ai nonni"], 0.4))]


@table("apteka_recepty", "pl")
def apteka_recepty(m):
    return [("id_recepty", "bigint", None, m.forms("2402########")),
            ("pacjent", "text", "name", m.name()),
            ("pesel", "char(11)", "national_id", m.row(lambda p: pesel(m, p), 0.1)),
            ("kod_icd10", "text", "health", m.pick("J45.0|E11.9|I10|F32.1|K21.0|M54.5|J20|N39.0")),
            ("lek", "text", "health", m.pick("Metformax 500 mg|Amlozek 5 mg|Euthyrox N 50|Ventolin|Polprazol 20 mg|Sertagen 50 mg|Atoris 20")),
            ("dawkowanie", "text", "health", m.pick("1 x 1 rano|2 x 1 po jedzeniu|1 x 1 wieczorem|w razie bólu|3 x 5 ml")),
            ("ulica", "text", "street", m.street(0.2)),
            ("kod_pocztowy", "text", "postcode", m.postcode(0.2)),
            ("miejscowosc", "text", "city", m.city(0.2)),
            ("nazwa_apteki", "text", None, m.pick("Apteka Pod Orłem|Apteka Słoneczna|Apteka św. Anny|Dom Leków")),
            ("nip_apteki", "text", None, m.forms("526-##-##-###")),
            ("refundacja_pct", "integer", None, m.pick("0|30|50|100"))]


@table("tandarts_patienten", "nl")
def tandarts_patienten(m):
    return [("patnr", "integer", None, m.serial(6000)),
            ("voorletters", "text", "first_name", m.row(lambda p: f"{p.first[0]}.{m.form('?.|')}")),
            ("achternaam", "text", "last_name", m.last()),
            ("praktijk_agb", "text", None, m.forms("1200####")),
            ("gebdatum", "date", "birth_date", m.born("%Y-%m-%d", 0.1)),
            ("bsn", "text", "national_id", m.row(lambda p: bsn(m, p), 0.15)),
            ("straat_huisnr", "text", "street", m.street()),
            ("postcode", "text", "postcode", m.row(lambda p: p.postcode.replace(" ", ""))),
            ("woonplaats", "text", "city", m.city()),
            ("zorgverzekeraar", "text", None, m.pick("VGZ|CZ|Zilveren Kruis|Menzis|ONVZ")),
            ("medicatie", "text", "health", m.pick("geen|bloedverdunners|metoprolol|insuline|antidepressiva|prednison", 0.4)),
            ("behandelcode", "text", "health", m.pick("C002|M03|V91|X10|E13|R24|H11")),
            ("tarief", "numeric(8,2)", None, m.number(20, 300))]


@table("blodgivare", "sv")
def blodgivare(m):
    return [("givar_id", "uuid", None, m.uuid()),
            ("personnummer", "text", "national_id", m.row(lambda p: personnummer(m, p))),
            ("namn", "text", "name", m.name()),
            ("blodgrupp", "text", "health", m.pick("A+|A+|0+|0+|B+|AB+|A-|0-|B-", 0.1)),
            ("hb_varde", "integer", "health", m.whole(115, 175, 0.1)),
            ("vikt_kg", "integer", "health", m.whole(52, 118, 0.2)),
            ("e_post", "text", "email", m.email(0.2)),
            ("mobil", "text", "phone", m.phone(0.1)),
            ("senaste_tappning", "date", "health", m.dates(2022, 2024)),
            ("tappstalle", "text", None, m.pick("Blodbussen Skåne|Karolinska Solna|Sahlgrenska|Uppsala Akademiska")),
            ("pase_nr", "text", None, m.forms("S0123 ## ######"))]


@table("tblClientesMovel", "pt")
def clientes_movel(m):
    return [("idCliente", "integer", None, m.serial(900100, 3)),
            ("nomeCompleto", "text", "name", m.row(lambda p: f"{p.first} {m.faker.last_name()} {p.last}")),
            ("nrContribuinte", "text", "tax_number", m.row(lambda p: nif(m, p), 0.1)),
            ("nomeLoja", "text", None, m.pick("Loja Colombo|Loja Vasco da Gama|Loja Norteshopping|Loja Dolce Vita")),
            ("msisdn", "text", "phone", m.forms("3519########")),
            ("imei", "text", "device", m.each(lambda: luhn(m.form("35############")))),
            ("imsi", "text", "device", m.forms("26801##########", 0.2)),
            ("moradaFaturacao", "text", "address", m.address("{0}, {1} {2}", 0.1)),
            ("tarifario", "text", None, m.pick("Livre 5GB|Família XL|Sénior|Jovem Ilimitado")),
            ("pin_sim", "text", "password", m.forms("####")),
            ("minutosMes", "integer", None, m.whole(0, 900)),
            ("celulaNome", "text", None, m.pick("LISBOA_ROSSIO_3|PORTO_BOLHAO_1|FARO_AEROPORTO_2|COIMBRA_SE_1")),
            ("dtUltimaAlteracao", "timestamp", None, m.stamps())]


@table("contracte_energie", "ro")
def contracte_energie(m):
    return [("nr_contract", "bigint", None, m.forms("10########")),
            ("titular", "text", "name", m.row(lambda p: unaccented(f"{p.last} {p.first}"))),
            ("cnp", "char(13)", "national_id", m.row(lambda p: cnp(m, p), 0.1)),
            ("serie_ci", "text", "identity_document", m.forms("RX ######|CJ ######|MZ ######|KT######", 0.2)),
            ("adresa_loc_consum", "text", "address", m.row(lambda p: unaccented(f"{p.street}, {p.city}, {p.postcode}"))),
            ("telefon_contact", "text", "phone", m.phone(0.1)),
            ("cod_iban", "text", "iban", m.iban("RO00BTRL################", 0.3)),
            ("cod_pod", "text", None, m.forms("594020100##########")),
            ("serie_contor", "text", None, m.forms("EM1########|LG2########")),
            ("sucursala_telefon", "text", None, m.pick("0800 070 707|021 9291|0800 500 111")),
            ("consum_kwh", "numeric", None, m.number(20, 480, 1)),
            ("tensiune", "text", None, m.pick("230V|400V")),
            ("data_citire", "date", None, m.dates(2023, 2024))]


@table("verotus_2022", "fi")
def verotus(m):
    return [("hetu", "text", "national_id", m.row(lambda p: hetu(m, p))),
            ("sukunimi", "text", "last_name", m.last()),
            ("etunimet", "text", "first_name", m.row(lambda p: f"{p.first} {m.faker.first_name_male() if p.sex == 'm' else m.faker.first_name_female()}")),
            ("ansiotulo_eur", "numeric(12,2)", "income", m.number(9000, 92000)),
            ("paaomatulo_eur", "numeric(12,2)", "income", m.number(0, 30000, 2, 0.3)),
            ("kirkollisvero", "boolean", "religion", m.flag()),
            ("kotikunta", "text", "city", m.city()),
            ("postinumero", "text", "postcode", m.postcode(0.1)),
            ("siviilisaaty", "text", "family_status", m.pick("naimaton|avioliitossa|eronnut|leski|rekisteröity parisuhde", 0.1)),
            ("veroprosentti", "numeric(4,1)", "income", m.number(8, 42, 1)),
            ("eran_tunnus", "text", None, m.forms("ERA2022######")),
            ("kasittelija_ryhma", "text", None, m.pick("HEL-3|TRE-1|OUL-2"))]


@table("zk_vlasnici", "hr")
def zk_vlasnici(m):
    return [("zk_ulozak", "integer", None, m.whole(100, 19999)),
            ("katastarska_opcina", "text", None, m.pick("Centar|Trešnjevka|Granešina|Podsljeme|Split-Grad|Kaštel Novi")),
            ("kcbr", "text", None, m.forms("####/#|###/##|####")),
            ("vlasnik_ime_prezime", "text", "name", m.name()),
            ("oib", "char(11)", "national_id", m.row(lambda p: oib(m, p), 0.15)),
            ("udio", "text", None, m.pick("1/1|1/2|1/4|3/8")),
            ("adresa_vlasnika", "text", "address", m.address("{0}, {1} {2}", 0.1)),
            ("povrsina_m2", "integer", None, m.whole(80, 12000)),
            ("teret", "text", None, m.pick("hipoteka Zagrebačka banka|nema|služnost puta|zabilježba spora", 0.3)),
            ("koord_centroid", "text", "coordinates", m.each(lambda: f"{m.random.uniform(45.7, 45.9):.6f}, {m.random.uniform(15.8, 16.1):.6f}"))]


@table("evidence_pachatelu", "cs")
def evidence_pachatelu(m):
    return [("cj_spisu", "text", None, m.forms("KRPA-#####/TČ-2023")),
            ("jmeno", "text", "first_name", m.first()),
            ("prijmeni", "text", "last_name", m.last()),
            ("prezdivka", "text", "name", m.pick("Kotel|Žížala|Boxer|Dědek|Frája|Rys|Malej", 0.4)),
            ("rc", "varchar(11)", "national_id", m.row(lambda p: rodne_cislo(m, p), 0.1)),
            ("paragraf", "text", "criminal", m.pick("§ 205 krádež|§ 173 loupež|§ 283 drogy|§ 146 ublížení na zdraví|§ 209 podvod")),
            ("drive_trestan", "boolean", "criminal", m.flag(0.1)),
            ("bydliste", "text", "address", m.address("{0}, {1} {2}", 0.2)),
            ("otisk_prstu", "bytea", "biometric", m.each(lambda: "\\x464d5200" + m.form("^" * 60), 0.2)),
            ("statni_obcanstvi", "text", "nationality", m.pick("ČR|ČR|ČR|Slovensko|Ukrajina|Vietnam|bez občanství")),
            ("obvod", "text", None, m.pick("Praha II|Brno-venkov|Ostrava-Poruba|Kladno")),
            ("zapsano", "timestamptz", None, m.stamps())]


@table("sudne_konania", "sk")
def sudne_konania(m):
    return [("spis_zn", "text", None, m.forms("#C/##/2022|##T/##/2023")),
            ("zalovany", "text", "name", m.name("{1} {0}")),
            ("trvaly_pobyt", "text", "address", m.address()),
            ("rodne_cislo", "text", "national_id", m.row(lambda p: rodne_cislo(m, p).replace("/", ""), 0.2)),
            ("c_op", "text", "identity_document", m.forms("??######", 0.2)),
            ("trest", "text", "criminal", m.pick("podmienečne 2 roky|peňažný trest 800 €|oslobodený|3 roky nepodmienečne|povinná práca 120 h", 0.2)),
            ("advokat_tel", "text", "phone", m.phone(0.3)),
            ("sudca", "text", "name", m.each(lambda: f"JUDr. {m.faker.first_name()} {m.faker.last_name()}")),
            ("sud", "text", None, m.pick("Okresný súd Nitra|Krajský súd v Košiciach|Okresný súd Bratislava I|Špecializovaný trestný súd")),
            ("pojednavacia_miestnost", "text", None, m.forms("č. ##|č. 1##"))]


@table("лишени_от_свобода", "bg")
def prison(m):
    return [("ид", "integer", None, m.serial(311)),
            ("трите_имена", "text", "name", m.name()),
            ("егн", "char(10)", "national_id", m.row(lambda p: egn(m, p))),
            ("дата_на_раждане", "date", "birth_date", m.born()),
            ("етнос", "text", "ethnicity", m.pick("българи|българи|роми|турци|не посочва", 0.2)),
            ("вероизповедание", "text", "religion", m.pick("православно|мюсюлманско|протестантско|няма", 0.2)),
            ("присъда", "text", "criminal", m.pick("чл. 195 НК, 2 г.|чл. 199 НК, 5 г.|чл. 343б, 8 мес.|чл. 354а НК, 3 г. 6 м.")),
            ("килия", "text", None, m.forms("A-##|Б-##|В-1##")),
            ("режим", "text", None, m.pick("общ|строг|лек")),
            ("адрес_на_близки", "text", "address", m.address("гр. {2}, {0}", 0.3))]


@table("baill_leabharlainne", "ga")
def baill_leabharlainne(m):
    return [("uimhir_bhaill", "text", None, m.forms("LB######")),
            ("ainm", "text", "first_name", m.first()),
            ("sloinne", "text", "last_name", m.last()),
            ("seoladh", "text", "address", m.address("{0}, {2}, {1}")),
            ("eircode", "text", "postcode", m.row(lambda p: p.postcode.replace(" ", ""), 0.2)),
            ("data_breithe", "date", "birth_date", m.born("%Y-%m-%d", 0.2)),
            ("uimhir_psp", "text", "national_id", m.row(lambda p: ppsn(m, p), 0.3)),
            ("fon_poca", "text", "phone", m.phone(0.2)),
            ("teideal_leabhair", "text", None, m.pick("Cré na Cille|An Béal Bocht|Peig|Fiche Blian ag Fás|Dialann Deoraí|Jimín Mháire Thaidhg")),
            ("udar", "text", None, m.pick("Máirtín Ó Cadhain|Myles na gCopaleen|Peig Sayers|Muiris Ó Súilleabháin|Dónall Mac Amhlaigh")),
            ("fineail_cent", "integer", None, m.whole(0, 450))]


@table("kandidatai", "lt")
def kandidatai(m):
    return [("kand_id", "integer", None, m.serial(1)),
            ("vardas_pavarde", "text", "name", m.name()),
            ("asmens_kodas", "text", "national_id", m.row(lambda p: isikukood(m, p), 0.4)),
            ("el_pastas", "text", "email", m.email()),
            ("tel_nr", "text", "phone", m.phone(0.1)),
            ("dabartine_darboviete", "text", "employment", m.pick("UAB Žalgirio statyba|AB Lietuvos geležinkeliai|UAB Senukai|Vilniaus universitetas|bedarbis|UAB Maxima LT", 0.2)),
            ("pageidaujamas_atlyginimas", "integer", "income", m.whole(900, 4800, 0.2)),
            ("linkedin", "text", "social_media", m.row(lambda p: f"https://www.linkedin.com/in/{plain(p.first)}-{plain(p.last)}-{m.form('^^^^^')}", 0.3)),
            ("pozicija", "text", None, m.pick("Programuotojas|Buhalteris|Sandėlininkas|Pardavėjas-konsultantas")),
            ("saltinis", "text", None, m.pick("cvbankas|cv.lt|rekomendacija|LinkedIn")),
            ("pastabos", "text", "free_text", m.notes(["{f} labai motyvuota, skambinti {p}", "augina du mažus vaikus, nenori komandiruočių", "atmesta", "Pokalbis {d}, gerai kalba vokiškai",
                                                       "gyvena mieste {c}, persikelti nenori"], 0.3))]


@table("palgaarvestus", "et", (1958, 2004))
def palgaarvestus(m):
    return [("tootaja_nr", "integer", None, m.serial(50)),
            ("eesnimi", "text", "first_name", m.first()),
            ("perenimi", "text", "last_name", m.last()),
            ("isikukood", "text", "national_id", m.row(lambda p: isikukood(m, p))),
            ("brutopalk", "numeric(10,2)", "income", m.number(820, 4300)),
            ("konto_nr", "text", "iban", m.iban("EE00################", 0.05)),
            ("amet", "text", "employment", m.pick("raamatupidaja|müüja|keevitaja|arendaja|õpetaja|bussijuht")),
            ("haiguspaevi", "integer", "health", m.whole(0, 21)),
            ("tabeli_versioon", "text", None, m.pick("2.3.1|2.3.2|2.4.0")),
            ("osakond", "text", None, m.pick("Ladu|Müük|IT|Tootmine")),
            ("sots_maks_maar", "numeric", None, m.pick("33.0")),
            ("periood", "text", None, m.pick("2024-01|2024-02|2024-03"))]


@table("arodbiedribas_biedri", "lv")
def arodbiedribas_biedri(m):
    return [("biedra_karte", "text", "union", m.forms("LBAS-#####")),
            ("vards", "text", "first_name", m.first()),
            ("uzvards", "text", "last_name", m.last()),
            ("pers_kods", "text", "national_id", m.row(lambda p: personas_kods(m, p), 0.1)),
            ("arodorganizacija", "text", "union", m.pick("LIZDA|LVSADA|Enerģija|LDzSA|Celtnieku arodbiedrība")),
            ("darbavieta", "text", "employment", m.pick("Rīgas 49. vidusskola|Latvenergo AS|Stradiņa slimnīca|Latvijas dzelzceļš|Rimi Latvia", 0.1)),
            ("biedra_nauda", "numeric", None, m.number(3, 18)),
            ("talrunis", "text", "phone", m.phone(0.2)),
            ("dzivesvieta", "text", "address", m.address("{0}, {2}, {1}", 0.2)),
            ("ieraksta_versija", "integer", None, m.whole(1, 9))]


@table("kampany_kapcsolat", "hu")
def kampany_kapcsolat(m):
    return [("sorszam", "integer", None, m.serial(1)),
            ("nev", "text", "name", m.row(lambda p: unaccented(f"{p.last} {p.first}") if m.random.random() < 0.4 else f"{p.last} {p.first}")),
            ("irsz", "text", "postcode", m.postcode(0.1)),
            ("telepules", "text", "city", m.city(0.1)),
            ("utca_hsz", "text", "street", m.street(0.2)),
            ("mobilszam", "text", "phone", m.phone(0.2)),
            ("partszimpatia", "text", "political", m.pick("Fidesz|DK|Momentum|Tisza|Mi Hazánk|bizonytalan|nem mond", 0.2)),
            ("eletkor", "smallint", "age", m.whole(18, 91, 0.2)),
            ("taj_szam", "text", "national_id", m.row(lambda p: taj(m, p), 0.4)),
            ("szavazokor", "text", None, m.forms("0##. szk.")),
            ("jelolt_neve", "text", "name", m.pick("Kovács Péter|Dr. Szabó Tímea|Karácsony Gergely")),
            ("megjegyzes", "text", "free_text", m.notes(["{l} úr plakátot kér a kerítésre", "ne zavarjuk többet", "Beteg a felesége, később hívni: {p}", "aktivista lenne, {c}",
                                                         "aláírta {d}"], 0.3))]


@table("datingProfiles", "en", (1958, 2005))
def dating_profiles(m):
    return [("profileId", "uuid", None, m.uuid()),
            ("displayName", "text", "user_name", m.row(lambda p: p.login)),
            ("rowVersion", "bigint", None, m.whole(1, 99999)),
            ("dob", "date", "birth_date", m.born()),
            ("genderIdentity", "text", "gender", m.pick("woman|man|man|woman|non-binary|trans man|trans woman|agender", 0.1)),
            ("lookingFor", "text", "sexual_life", m.pick("men|women|everyone|couples", 0.1)),
            ("orientation", "text", "sexual_life", m.pick("straight|gay|lesbian|bisexual|pansexual|asexual|queer", 0.2)),
            ("aboutMe", "text", "free_text", m.notes(["Hi I'm {f}, divorced mum of two from {c}", "Love hiking, dogs and red wine. Nurse on nights", "insta: {f}_{l}",
                                                      "6ft2, ex army, looking for something real", "Ask me anything"], 0.2)),
            ("hivStatus", "text", "health", m.pick("negative|negative, on PrEP|undetectable|rather not say", 0.4)),
            ("lastLat", "double precision", "coordinates", m.number(51.3, 53.6, 6, 0.1)),
            ("lastLng", "double precision", "coordinates", m.number(-2.9, 0.2, 6, 0.1)),
            ("searchRadiusKm", "integer", None, m.pick("5|10|25|50|100", 0.2)),
            ("avatarUrl", "text", "photo", m.forms("https://cdn.sparkd.example/u/^^^^^^^^^^^^/main.jpg", 0.1)),
            ("ethnicBackground", "text", "ethnicity", m.pick("White British|Black Caribbean|Indian|Pakistani|Mixed|Chinese|Irish Traveller", 0.3)),
            ("swipeQuota", "integer", None, m.whole(10, 100)),
            ("isVisible", "boolean", None, m.flag())]


@table("newsletter_empfaenger", "de")
def newsletter(m):
    return [("id", "bigint", None, m.serial(88120)),
            ("adresse", "text", "email", m.email()),
            ("anzeigename", "text", "name", m.name("{0} {1}", 0.4)),
            ("optin_ip", "inet", "ip", m.ipv4(0.1)),
            ("absender_name", "text", None, m.pick("Möbel Kraft|Ihr Team von Möbel Kraft|Kraft Outlet")),
            ("mailserver_ip", "inet", None, m.pick("185.15.192.11|185.15.192.12|185.15.192.13")),
            ("optin_zeit", "timestamptz", None, m.stamps()),
            ("kampagne", "text", None, m.pick("Frühlingsaktion 2024|Anna empfiehlt|Vatertag|Black Week|Sommer mit Lena")),
            ("absender_adresse", "text", None, m.pick("newsletter@moebel-kraft.example|service@moebel-kraft.example")),
            ("oeffnungsrate", "numeric(5,4)", None, m.number(0, 1, 4)),
            ("abmelde_token", "text", None, m.forms("^" * 32)),
            ("bounce_text", "text", None, m.pick("550 5.1.1 user unknown|452 4.2.2 mailbox full|421 try again later", 0.4))]


@table("page_events", "en")
def page_events(m):
    return [("event_ts", "timestamptz", None, m.stamps()),
            ("visitor_ip", "text", "ip", m.row(lambda p: m.form("2a00:23c7:^^^^:^^01:^^^^:^^^^:^^^^:^^^^") if m.random.random() < 0.4 else m.faker.ipv4_public())),
            ("ua", "text", "device", m.agent()),
            ("cookie_id", "text", "device", m.forms("GA1.2.#########.16########")),
            ("page_path", "text", None, m.pick("/|/about-us|/products/anna-dress|/contact|/blog/st-patrick|/checkout")),
            ("referrer", "text", None, m.pick("https://www.google.com/|https://www.bing.com/|https://t.co/x1Yz|", 0.3)),
            ("geo_city", "text", "city", m.city(0.2)),
            ("viewport", "text", None, m.pick("1920x1080|390x844|1440x900|412x915")),
            ("load_ms", "integer", None, m.whole(120, 6200)),
            ("server_ip", "inet", None, m.forms("10.20.4.2#|10.20.4.7#|10.20.5.1##")),
            ("app_version", "text", None, m.forms("4.1#.#.###|5.0.#.1##"))]


@table("tchat_support", "fr")
def tchat_support(m):
    return [("id_msg", "bigint", None, m.serial(7710023)),
            ("conv", "uuid", None, m.uuid()),
            ("pseudo", "text", "user_name", m.row(lambda p: p.login)),
            ("texte", "text", "free_text", m.notes(["Bonjour, je n'arrive plus à me connecter, mon numéro est le {p}", "merci bcp", "Je suis {f} {l}, cliente depuis 2012",
                                                    "Mon colis devait arriver à {c} le {d}", "Je suis en arrêt maladie, je ne peux pas payer ce mois-ci", "ok je patiente"])),
            ("auteur", "text", None, m.pick("client|agent|bot")),
            ("langue", "text", None, m.pick("fr|fr|en|nl")),
            ("adr_ip", "inet", "ip", m.ipv4()),
            ("navigateur", "text", "device", m.agent(0.1)),
            ("piece_jointe", "text", None, m.pick("capture.png|facture.pdf|IMG_2041.jpg", 0.4)),
            ("reponse_type", "text", None, m.pick("Bonjour, comment puis-je vous aider ?|Merci de votre patience.|Votre demande a été transmise au service technique.|Bonne journée !")),
            ("duree_s", "integer", None, m.whole(3, 1800))]


@table("kyc_customers", "ie")
def kyc_customers(m):
    return [("cust_uid", "text", None, m.forms("cus_^^^^^^^^^^^^")),
            ("provider_name", "text", None, m.pick("Onfido|Jumio|Veriff|Sumsub")),
            ("check_started", "timestamptz", None, m.stamps()),
            ("legal_name", "text", "name", m.name()),
            ("maiden_name_mother", "text", "last_name", m.each(m.faker.last_name, 0.2)),
            ("pps_number", "text", "national_id", m.row(lambda p: ppsn(m, p), 0.1)),
            ("tin", "text", "tax_number", m.row(lambda p: ppsn(m, p), 0.3)),
            ("addr_line1", "text", "street", m.street()),
            ("addr_postal", "text", "postcode", m.postcode()),
            ("payout_iban", "text", "iban", m.iban("IE00AIBK##############", 0.1)),
            ("card_pan", "text", "payment_card", m.card(0.3, spaced=True)),
            ("btc_address", "text", "bank_account", m.forms("bc1q^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^", 0.3)),
            ("pep_list_version", "text", None, m.forms("2023-##|2024-##")),
            ("annual_income_band", "text", "income", m.pick("<20k|20k-40k|40k-80k|>80k", 0.2)),
            ("source_of_funds", "text", "income", m.pick("salary|inheritance|savings|property sale|gift", 0.2)),
            ("selfie_key", "text", "photo", m.forms("kyc/selfie/^^^^^^^^^^^^^^^^.jpeg", 0.1)),
            ("pw_hash", "text", "password", m.each(lambda: "$2b$12$" + "".join(m.random.choice("abcdefghijkmnopqrstuvwxyzABCDEFGHJKLMN0123456789./") for _ in range(53)))),
            ("phone_e164", "text", "phone", m.forms("+35385#######|+35387#######")),
            ("risk_model_version", "text", None, m.pick("2.14.0|2.15.1|3.0.0-rc1"))]


@table("crypto_orders", "en")
def crypto_orders(m):
    return [("order_no", "bigint", None, m.forms("4###########")),
            ("account_id", "integer", None, m.whole(1000, 9999)),
            ("pair", "text", None, m.pick("BTC-EUR|ETH-EUR|SOL-USD|ADA-EUR")),
            ("side", "text", None, m.pick("buy|sell")),
            ("qty", "numeric(18,8)", None, m.number(0, 4, 8)),
            ("tx_hash", "text", None, m.forms("^" * 64)),
            ("matching_node", "text", None, m.pick("fra-node-01|dub-node-03|ams-node-02")),
            ("placed_at", "timestamptz", None, m.stamps())]


@table("viajes_patinete", "es")
def viajes_patinete(m):
    return [("viaje_id", "bigint", None, m.serial(551200)),
            ("usuario_correo", "text", "email", m.email()),
            ("nombreUsuario", "text", "user_name", m.row(lambda p: p.login, 0.1)),
            ("patinete_num_serie", "text", None, m.forms("N4GSD####C####")),
            ("ciudad_operacion", "text", None, m.pick("Madrid Centro|Madrid Norte|Madrid Río")),
            ("creado_en", "timestamptz", None, m.stamps()),
            ("inicio_lat", "numeric(9,6)", "coordinates", m.number(40.38, 40.48, 6)),
            ("inicio_lon", "numeric(9,6)", "coordinates", m.number(-3.74, -3.62, 6)),
            ("fin_punto", "point", "coordinates", m.each(lambda: f"({m.random.uniform(-3.74, -3.62):.5f},{m.random.uniform(40.38, 40.48):.5f})", 0.1)),
            ("bateria_pct", "smallint", None, m.whole(5, 100)),
            ("firmware", "text", None, m.forms("2.1.##|2.0.#")),
            ("tarjeta_ult4", "text", "payment_card", m.forms("####", 0.2)),
            ("importe", "numeric(6,2)", None, m.number(1, 14)),
            ("idDispositivo", "text", "device", m.each(lambda: m.form("^^^^^^^^-^^^^-4^^^-b^^^-^^^^^^^^^^^^").upper()))]


@table("smarthome_geraete", "de")
def smarthome_geraete(m):
    return [("geraet_id", "text", None, m.forms("sh-^^^^^^^^")),
            ("besitzer", "text", "name", m.name("{0} {1}", 0.1)),
            ("mac_adr", "macaddr", "device", m.forms("dc:a6:32:^^:^^:^^|b8:27:eb:^^:^^:^^")),
            ("wlan_ssid", "text", "device", m.row(lambda p: m.random.choice((f"FRITZ!Box 7590 {m.form('??')}", f"WLAN-{m.form('######')}", f"Familie {p.last}")))),
            ("wlan_kennwort", "text", "password", m.row(lambda p: f"{p.first}{p.born:%Y}!" if m.random.random() < 0.5 else m.form("################"))),
            ("oeffentliche_ip", "inet", "ip", m.ipv6(0.2)),
            ("raum", "text", None, m.pick("Wohnzimmer|Kinderzimmer|Bad|Küche|Schlafzimmer")),
            ("modell", "text", None, m.pick("Bosch Thermostat II|Hue White A19|Eve Door|AVM DECT 301")),
            ("temperatur", "numeric(4,1)", None, m.number(16, 26, 1)),
            ("firmware_stand", "text", None, m.forms("1.0.#.##|154.07.##")),
            ("letzter_kontakt", "timestamptz", None, m.stamps())]


@table("forum_utenti", "it")
def forum_utenti(m):
    return [("id_sezione", "integer", None, m.whole(1, 30)),
            ("uid", "integer", None, m.serial(1201)),
            ("nick", "text", "user_name", m.row(lambda p: p.login)),
            ("email_verificata", "boolean", None, m.flag()),
            ("email_addr", "text", "email", m.row(lambda p: p.mail.upper() if m.random.random() < 0.2 else p.mail, 0.1)),
            ("firma", "text", "free_text", m.notes(["-- {f} da {c}", "Forza Juve!", "Scrivetemi in privato o al {p}", "{f} {l} - moto guzzi dal 1987", "Chi va piano va sano"], 0.3)),
            ("insta_handle", "text", "social_media", m.row(lambda p: "@" + p.login, 0.4)),
            ("facebook_url", "text", "social_media", m.row(lambda p: f"https://facebook.com/{plain(p.first)}.{plain(p.last)}.{m.form('##')}", 0.3)),
            ("foto_profilo", "text", "photo", m.forms("/upload/avatars/^^^^^^^^.png|/upload/avatars/^^^^^^^^.jpg", 0.3)),
            ("ultimo_ip", "text", "ip", m.ipv4()),
            ("provincia", "char(2)", "city", m.pick("RM|MI|NA|TO|BO|FI|PA", 0.2)),
            ("n_post", "integer", None, m.whole(0, 4400)),
            ("tema_grafico", "text", None, m.pick("chiaro|scuro|Lucia|Vesuvio")),
            ("rango", "text", None, m.pick("Novizio|Membro|Veterano|Moderatore")),
            ("password_md5", "char(32)", "password", m.forms("^" * 32))]


@table("fordelskort", "da")
def fordelskort(m):
    return [("kortnr", "text", None, m.forms("9208##########")),
            ("fornavn", "text", "first_name", m.first(0.05)),
            ("efternavn", "text", "last_name", m.last(0.05)),
            ("kort_udloeb", "text", None, m.each(lambda: f"{m.random.randint(1, 12):02}/{m.random.randint(25, 29)}")),
            ("cprnr", "text", "national_id", m.row(lambda p: cpr(m, p), 0.4)),
            ("vejnavn_nr", "text", "street", m.street(0.1)),
            ("postnr", "integer", "postcode", m.postcode(0.1)),
            ("bynavn", "text", "city", m.city(0.1)),
            ("tlf", "text", "phone", m.phone(0.2)),
            ("foedselsaar", "smallint", "birth_date", m.born("%Y", 0.3)),
            ("antal_boern", "smallint", "family_status", m.whole(0, 4, 0.3)),
            ("favoritbutik", "text", None, m.pick("Føtex Vesterbro|Netto Nørrebro|Bilka Odense|Irma City", 0.2)),
            ("point_saldo", "integer", None, m.whole(0, 9000))]


@table("vrtec_otroci", "sl", (2018, 2022))
def vrtec_otroci(m):
    return [("otrok_ime", "text", "first_name", m.first()),
            ("otrok_priimek", "text", "last_name", m.last()),
            ("emso", "char(13)", "national_id", m.row(lambda p: emso(m, p))),
            ("rojen", "text", "birth_date", m.row(lambda p: f"{p.born.day}. {p.born.month}. {p.born.year}")),
            ("alergije", "text", "health", m.pick("arašidi|mleko|brez|gluten|jajca|pelod", 0.3)),
            ("mama_gsm", "text", "phone", m.phone(0.1)),
            ("oce_ime", "text", "name", m.row(lambda p: f"{m.faker.first_name_male()} {p.last}", 0.2)),
            ("naslov", "text", "address", m.address()),
            ("skupina", "text", None, m.pick("Čebelice|Medvedki|Zajčki|Pikapolonice|Metulji")),
            ("vzgojiteljica", "text", "name", m.each(lambda: f"{m.faker.first_name_female()} {m.faker.last_name()}")),
            ("dan_kosilo", "text", None, m.pick("pon|tor|sre|čet|pet"))]


@table("asfalistiria_aftokiniton", "el")
def asfalistiria(m):
    return [("ar_symvolaiou", "text", None, m.forms("GR##########")),
            ("onoma", "text", "first_name", m.first()),
            ("eponymo", "text", "last_name", m.row(lambda p: unaccented(p.last).upper())),
            ("afm", "char(9)", "tax_number", m.row(lambda p: afm(m, p), 0.1)),
            ("amka", "text", "national_id", m.row(lambda p: amka(m, p), 0.3)),
            ("pinakida", "text", "vehicle", m.each(lambda: "".join(m.random.choice("ΑΒΕΖΗΙΚΜΝΟΡΤΥΧ") for _ in range(3)) + m.form("-####| ####"), 0.05)),
            ("ar_plaisiou", "text", "vehicle", m.forms("WVWZZZ1KZ#W######|VF1BB#######?####|ZFA31200000######", 0.2)),
            ("dieuthynsi", "text", "address", m.address("{0}, ΤΚ {1}, {2}")),
            ("kinito", "text", "phone", m.phone(0.1)),
            ("kyvika", "integer", None, m.pick("998|1199|1390|1598|1968")),
            ("marka", "text", "vehicle", m.pick("Toyota Yaris|Fiat Panda|Opel Corsa|Hyundai i10|Citroën C3")),
            ("oikog_katastasi", "text", "family_status", m.pick("Άγαμος|Έγγαμος|Διαζευγμένος|Χήρος|Σύμφωνο συμβίωσης", 0.2)),
            ("asfalistra", "numeric", None, m.number(120, 640))]


@table("trial_subjects", "en")
def trial_subjects(m):
    return [("subj_id", "text", None, m.forms("GB-01-####|IE-02-####")),
            ("initials", "text", "name", m.row(lambda p: p.first[0] + m.form("?") + p.last[0])),
            ("yob", "integer", "birth_date", m.born("%Y")),
            ("sex_at_birth", "char(1)", "gender", m.sex("M", "F")),
            ("race", "text", "ethnicity", m.pick("White|Black|Asian|Mixed|Other|Not reported")),
            ("dx", "text", "health", m.pick("C50.9|C34.1|C18.7|C61|C90.0")),
            ("ecog", "smallint", "health", m.pick("0|1|1|2|3", 0.1)),
            ("brca1_variant", "text", "genetic", m.pick("c.68_69delAG|c.5266dupC|wild type|c.181T>G|VUS", 0.2)),
            ("apoe_genotype", "text", "genetic", m.pick("e3/e3|e3/e4|e2/e3|e4/e4", 0.2)),
            ("ae_term", "text", "health", m.pick("Nausea|Neutropenia grade 3|Fatigue|Alopecia|Febrile neutropenia", 0.4)),
            ("arm", "text", "health", m.pick("A|B")),
            ("site_pi", "text", "name", m.each(lambda: f"Dr {m.faker.first_name()[0]}. {m.faker.last_name()}")),
            ("kit_lot", "text", None, m.forms("L##-###?")),
            ("sample_barcode", "text", None, m.forms("##########")),
            ("visit_window_days", "integer", None, m.whole(-3, 3))]


@table("KDSTAMM", "de")
def kdstamm(m):
    return [("KDNR", "char(10)", None, m.forms("000#######")),
            ("KDNAM1", "char(30)", "name", m.row(lambda p: f"{p.last} {p.first}".upper().replace("Ä", "AE").replace("Ö", "OE").replace("Ü", "UE")[:30])),
            ("KDSTRA", "char(30)", "street", m.row(lambda p: p.street.upper().replace("ß", "SS"))),
            ("KDPLZ", "char(7)", "postcode", m.row(lambda p: "D-" + p.postcode)),
            ("KDORT", "char(25)", "city", m.row(lambda p: p.city.upper())),
            ("KDGEBD", "numeric(8)", "birth_date", m.row(lambda p: f"{p.born:%Y%m%d}" if m.random.random() > 0.1 else "0")),
            ("KDTEL", "char(20)", "phone", m.row(lambda p: m.form(PLACES["de"][3]).replace(" ", ""), 0.2)),
            ("KDBLZ", "char(8)", "bank_account", m.pick("10050000|20050550|70150000|37050198|50010517|43060967", 0.1)),
            ("KDKTO", "char(10)", "bank_account", m.forms("00########|0#########", 0.1)),
            ("KDSTEUER", "char(11)", "tax_number", m.row(lambda p: steuer_id(m, p), 0.3)),
            ("KDSPRA", "char(1)", None, m.pick("D|D|E|F")),
            ("KDMWST", "char(2)", None, m.pick("19|07|00")),
            ("KDAEND", "numeric(8)", None, m.dates(2001, 2015, "%Y%m%d")),
            ("KDAEUSR", "char(8)", None, m.pick("BATCH01|BATCH02|CICSPROD|NACHTLAU"))]


@table("import_2019_03", "fr")
def import_2019(m):
    return [("col_1", "text", None, m.serial(1)),
            ("col_2", "text", "name", m.row(lambda p: f"{'M.' if p.sex == 'm' else 'Mme'} {p.first} {p.last.upper()}")),
            ("col_3", "text", "birth_date", m.born("%d/%m/%y", 0.1)),
            ("col_4", "text", "address", m.address("{0} {1} {2}", 0.1)),
            ("col_5", "text", "phone", m.phone(0.3)),
            ("col_6", "text", None, m.pick("OUI|NON", 0.2)),
            ("col_7", "text", "iban", m.iban("FR00#######################", 0.4)),
            ("col_8", "text", None, m.forms("FAC20######")),
            ("col_9", "text", None, m.number(10, 900)),
            ("col_10", "text", "vehicle", m.forms("??-###-??|### ?? 75", 0.3)),
            ("col_11", "text", None, m.dates(2019, 2019, "%d/%m/%Y"))]


@table("Sheet1", "es")
def sheet1(m):
    return [("A", "text", "first_name", m.row(lambda p: p.first.lower() if m.random.random() < 0.3 else p.first)),
            ("B", "text", "last_name", m.row(lambda p: f"{p.last} {m.faker.last_name()}", 0.1)),
            ("C", "text", "email", m.email(0.3)),
            ("D", "text", None, m.pick("1|2|3|4|5")),
            ("E", "text", "city", m.city(0.2)),
            ("F", "text", None, m.pick("Curso avanzado|Curso básico|Taller de sábado", 0.1)),
            ("G", "text", "employment", m.pick("Enfermera|Camarero|Profesora de primaria|Autónomo|Jubilado|Abogada", 0.3)),
            ("H", "text", None, m.forms("0,##|1,##"))]


@table("domain_events", "en")
def domain_events(m):
    def email_changed(p):
        return json.dumps({"type": "EmailChanged", "old": p.mail, "new": p.login.replace("_", "") + "@gmail.com"})

    def address_moved(p):
        return json.dumps({"moved": {"line1": p.street, "postcode": p.postcode, "town": p.city, "country": "GB"}, "v": 2})

    def stock(p):
        return json.dumps({"sku": m.form("AB-#####"), "name": m.random.choice(("Victoria sponge tin", "Chelsea boot", "Kent brush")), "qty": m.random.randint(1, 40), "warehouse": "Leeds 2"})

    def caller(p):
        return json.dumps({"caller": {"msisdn": m.form("447#########")}, "durationSec": m.random.randint(2, 900)})

    def trace(p):
        return json.dumps({"trace_id": m.form("^" * 32), "host": "api-" + m.form("##"), "took_ms": m.random.randint(1, 400)})

    return [("seq", "bigint", None, m.serial(1)),
            ("stream_id", "uuid", None, m.uuid()),
            ("account_doc", "jsonb", "email", m.row(email_changed)),
            ("relocation_doc", "jsonb", "address", m.row(address_moved, 0.2)),
            ("call_doc", "jsonb", "phone", m.row(caller, 0.3)),
            ("stock_doc", "jsonb", None, m.row(stock)),
            ("meta", "jsonb", None, m.row(trace)),
            ("occurred_at", "timestamptz", None, m.stamps())]


@table("contact_points", "de")
def contact_points(m):
    return [("cp_id", "integer", None, m.serial(1)),
            ("party_id", "integer", None, m.whole(1, 60)),
            ("cp_type", "text", None, ["EMAIL"] * 65 + ["FAX"] * 10 + ["MOBIL"] * 25),
            ("cp_value", "text", "email", [p.mail if i < 65 else m.form(PLACES["de"][3]) for i, p in enumerate(m.people)]),
            ("gueltig_ab", "date", None, m.dates(2010, 2024)),
            ("prio", "smallint", None, m.whole(1, 3))]


@table("product_attributes", "fr")
def product_attributes(m):
    return [("entity_id", "integer", None, m.whole(1, 400)),
            ("attribute_code", "text", None, m.pick("couleur|matiere|marque|nom_modele|origine|age_conseille")),
            ("attribute_value", "text", None, m.pick("rouge|coton|Agnès B.|Jeanne|Portugal|3 à 6 ans|Le Creuset|cuir|Louise|Vietnam")),
            ("store_view", "smallint", None, m.whole(0, 3))]


@table("person_attributes", "it")
def person_attributes(m):
    return [("person_fk", "integer", None, m.whole(1, 50)),
            ("fonte", "text", None, m.pick("import_hl7|manuale|app")),
            ("attr", "text", None, m.pick("allergia|gruppo_sanguigno|patologia|farmaco")),
            ("val", "text", "health", m.pick("penicillina|0 Rh+|diabete tipo 2|A Rh-|ipertensione|warfarin|lattosio|asma|celiachia", 0.05)),
            ("ts_ins", "timestamp", None, m.stamps())]


@table("tal_residenti", "mt")
def tal_residenti(m):
    return [("ref_nru", "text", None, m.forms("R/####/23")),
            ("isem", "text", "first_name", m.first()),
            ("kunjom", "text", "last_name", m.row(lambda p: m.random.choice("Borg|Camilleri|Vella|Farrugia|Zammit|Galea|Micallef|Grech|Attard|Spiteri|Azzopardi|Ħaber".split("|")))),
            ("karta_identita", "text", "national_id", m.forms("0######M|0######G|#####80M|#####75M", 0.1)),
            ("indirizz", "text", "address", m.address("{0}, {2}, {1}")),
            ("lokalita", "text", "city", m.city(0.1)),
            ("mowbajl", "text", "phone", m.phone(0.2)),
            ("data_twelid", "text", "birth_date", m.born("%d-%m-%Y", 0.2)),
            ("stat_civili", "text", "family_status", m.pick("miżżewweġ|ġuvni|xebba|armla|separat", 0.2)),
            ("festa_lokali", "text", None, m.pick("San Pawl|Santa Marija|San Ġużepp|Santa Katarina|San Ġorġ")),
            ("kunsill_tel", "text", None, m.pick("2143 4344|2133 7000|2148 0070"))]


@table("asylum_cases", "en")
def asylum_cases(m):
    return [("case_ref", "text", None, m.forms("AS-2023-#####")),
            ("applicant", "text", "name", m.pick("Ahmad Rahimi|Fatima Al-Sayed|Tesfay Gebremedhin|Olena Kovalenko|Mohammed Hussain|Aminata Diallo|Yusuf Warsame|Nguyen Thi Lan|Reza Moradi")),
            ("country_of_origin", "text", "nationality", m.pick("Afghanistan|Syria|Eritrea|Ukraine|Iraq|Guinea|Somalia|Vietnam|Iran")),
            ("birth_country", "char(3)", "birth_place", m.pick("AFG|SYR|ERI|UKR|IRQ|GIN|SOM|VNM|IRN", 0.1)),
            ("ethnic_group", "text", "ethnicity", m.pick("Hazara|Kurdish|Tigrinya|Pashtun|Arab|Fula|Roma", 0.3)),
            ("faith", "text", "religion", m.pick("Sunni Muslim|Shia Muslim|Coptic Christian|Yazidi|Bahá'í|none|Orthodox", 0.3)),
            ("claim_ground", "text", None, m.pick("Art. 1A(2)|Art. 15(b)|Art. 15(c)|dependent")),
            ("fp_eurodac", "text", "biometric", m.forms("GB1############", 0.1)),
            ("travel_doc", "text", "identity_document", m.forms("P0#######|O########|??######", 0.4)),
            ("accommodation_addr", "text", "address", m.address("{0}, {2} {1}", 0.1)),
            ("est_age", "integer", "age", m.whole(16, 66, 0.2)),
            ("interpreter_lang", "text", None, m.pick("Dari|Arabic|Tigrinya|Kurdish Sorani|Ukrainian")),
            ("caseworker_team", "text", None, m.pick("Croydon 4|Leeds B|Liverpool 2"))]


@table("lohnabrechnung", "at", (1960, 2006))
def lohnabrechnung(m):
    return [("pers_nr", "integer", None, m.serial(20010)),
            ("mitarbeiter", "text", "name", m.name("{1} {0}")),
            ("sv_nr", "text", "national_id", m.row(lambda p: svnr(m, p))),
            ("brutto", "numeric(9,2)", "income", m.number(1500, 6400)),
            ("iban_gehalt", "text", "iban", m.iban("AT00################", 0.05)),
            ("gewerkschaftsbeitrag", "boolean", "union", m.flag()),
            ("kirchenbeitrag_konf", "text", "religion", m.pick("rk|evang AB|o.B.|islam|orth", 0.3)),
            ("behinderungsgrad", "integer", "health", m.pick("0|0|30|50|70", 0.3)),
            ("taetigkeit", "text", "employment", m.pick("Buchhalter:in|Lagerarbeiter|Koch|Verkäuferin|Schlosser|Lehrling")),
            ("unterhaltspfl_kinder", "smallint", "family_status", m.whole(0, 4)),
            ("freigabe_am", "timestamptz", None, m.stamps()),
            ("kostenstelle", "integer", None, m.pick("4100|4200|5310|6000")),
            ("lauf_id", "bigint", None, m.forms("2024#########")),
            ("lohnart", "text", None, m.pick("1000 Grundlohn|1200 Überstunden|1500 Urlaubsgeld")),
            ("abr_monat", "text", None, m.pick("202401|202402|202403"))]


@table("fichier_sanctions", "fr")
def fichier_sanctions(m):
    return [("num_ecrou", "text", "criminal", m.forms("####/23|####/22")),
            ("identite", "text", "name", m.row(lambda p: f"{p.last.upper()} {p.first}")),
            ("nationalite", "text", "nationality", m.pick("française|française|algérienne|roumaine|portugaise|malienne", 0.1)),
            ("infraction", "text", "criminal", m.pick("vol aggravé|conduite sous l'emprise de l'alcool|escroquerie|violences volontaires|ILS", 0.1)),
            ("quantum_mois", "integer", "criminal", m.whole(1, 120)),
            ("modele_adn", "text", "genetic", m.each(lambda: " ".join(f"{locus}:{m.random.randint(6, 19)},{m.random.randint(6, 19)}" for locus in ("D3S1358", "TH01", "FGA")), 0.3)),
            ("signalement_photo", "text", "photo", m.forms("\\\\srv-photo\\face_^^^^^^.jpg", 0.2)),
            ("etablissement", "text", None, m.pick("MA Fleury-Mérogis|CD Muret|CP Marseille-Baumettes|MA Lyon-Corbas")),
            ("code_natinf", "integer", None, m.whole(7000, 32000))]


@table("proveedores", "es")
def proveedores(m):
    return [("cod_prov", "integer", None, m.serial(300)),
            ("razon_social", "text", None, m.company()),
            ("cif", "text", None, m.forms("B########|A########")),
            ("telefono", "text", None, m.forms("91# ### ###|93# ### ###|900 ### ###")),
            ("correo_pedidos", "text", None, m.each(lambda: m.random.choice(("pedidos", "info", "ventas", "compras")) + "@" + plain(m.faker.company())[:14] + ".es")),
            ("direccion_almacen", "text", None, m.row(lambda p: f"Pol. Ind. {m.random.choice(('El Segre', 'La Isla', 'Los Olivares'))}, nave {p.number}")),
            ("persona_contacto", "text", "name", m.name("{0} {1}", 0.3)),
            ("correo_contacto", "text", "email", m.email(0.4)),
            ("ciudad", "text", None, m.city()),
            ("web", "text", None, m.each(lambda: f"www.{plain(m.faker.company())[:12]}.es")),
            ("iban_proveedor", "text", None, m.iban("ES00####################")),
            ("plazo_pago", "integer", None, m.pick("30|60|90"))]


@table("apothekenverzeichnis", "de")
def apothekenverzeichnis(m):
    return [("ik_nummer", "text", None, m.forms("30#######")),
            ("apo_name", "text", None, m.pick("Löwen-Apotheke|Apotheke am Markt|St.-Anna-Apotheke|Schiller-Apotheke|Dr. Schmidt Apotheke")),
            ("strasse_nr", "text", None, m.street()),
            ("plz_ort", "text", None, m.row(lambda p: f"{p.postcode} {p.city}")),
            ("telefon", "text", None, m.forms("030 4######|0221/2#####|+49 (0)89 3######|040-3#######")),
            ("oeffnungszeiten", "text", None, m.pick("Mo-Fr 8:00-18:30, Sa 9-13|Mo-Sa 08:00-20:00|Mo, Di, Do 8-18; Mi 8-13")),
            ("geo_lat", "numeric", None, m.number(47.5, 54.5, 5)),
            ("geo_lon", "numeric", None, m.number(6.2, 14.8, 5)),
            ("pzn_bestseller", "text", None, m.forms("0#######"))]


@table("catalogue_items", "en")
def catalogue_items(m):
    return [("sku", "text", None, m.forms("??-####-??")),
            ("ean13", "text", None, m.each(lambda: ean(m))),
            ("title", "text", None, m.pick("Johnson Desk Lamp|Emma Armchair|Oxford Shirt|St Andrews Rug|Charlotte Teapot|Marlowe Sofa")),
            ("brand", "text", None, m.pick("Ted Baker|Paul Smith|Laura Ashley|Karen Millen|Jack Wills|Vivienne Westwood")),
            ("last_name_printed", "boolean", None, m.flag()),
            ("age_from", "smallint", None, m.pick("0|3|6|12|18")),
            ("gender", "text", None, m.pick("mens|womens|unisex|kids")),
            ("hotline", "text", None, m.pick("0800 028 9100|0345 600 1234|0800 77 3001")),
            ("price_gbp", "numeric(8,2)", None, m.number(4, 400)),
            ("country_of_manufacture", "char(2)", None, m.pick("CN|PT|TR|GB|IT")),
            ("serial_mask", "text", None, m.forms("SN#########"))]


@table("navires", "fr")
def navires(m):
    return [("imo", "integer", None, m.forms("9######")),
            ("mmsi", "bigint", None, m.forms("227######|228######")),
            ("nom_navire", "text", None, m.pick("Jacques Saadé|Marie Galante|Commandant Birot|Jean Nicoli|Pascal Paoli|Vincent de Paul")),
            ("port_attache", "text", None, m.pick("Marseille|Le Havre|Brest|Bastia|Saint-Malo")),
            ("pavillon", "text", None, m.pick("FR|MT|IT|PA")),
            ("latitude", "numeric(8,5)", None, m.number(42, 50, 5)),
            ("longitude", "numeric(8,5)", None, m.number(-5, 9, 5)),
            ("date_construction", "date", None, m.dates(1985, 2020)),
            ("indicatif", "text", None, m.forms("F??#|FN??"))]


@table("istat_comuni", "it")
def istat_comuni(m):
    return [("cod_istat", "char(6)", None, m.forms("0#####")),
            ("comune", "text", None, m.pick("Abano Terme|San Donato Milanese|Castelfranco Emilia|Sesto Fiorentino|Santa Margherita Ligure|Rocca di Papa")),
            ("cap", "char(5)", None, m.forms("#####")),
            ("popolazione", "integer", None, m.whole(300, 90000)),
            ("tasso_natalita", "numeric(4,1)", None, m.number(4, 11, 1)),
            ("eta_media", "numeric(4,1)", None, m.number(38, 54, 1)),
            ("reddito_medio", "numeric(9,2)", None, m.number(14000, 32000)),
            ("pct_stranieri", "numeric(4,1)", None, m.number(1, 19, 1)),
            ("santo_patrono", "text", None, m.pick("San Rocco|San Giovanni|Santa Lucia|San Michele|Sant'Ambrogio")),
            ("prefisso_tel", "text", None, m.pick("049|02|059|055|0185|06"))]


@table("sensor_readings", "en")
def sensor_readings(m):
    return [("device_id", "text", None, m.forms("aq-0##")),
            ("lat", "double precision", None, m.number(53.2, 53.4, 6)),
            ("lon", "double precision", None, m.number(-6.4, -6.1, 6)),
            ("street_name", "text", None, m.pick("Pearse Street|Amiens Street|Winetavern Street|Davitt Road")),
            ("pm25", "numeric(5,1)", None, m.number(1, 60, 1)),
            ("read_epoch", "bigint", None, m.forms("16########|170#######")),
            ("gateway_addr", "text", None, m.forms("192.168.10.4#|192.168.10.8#|192.168.11.1##")),
            ("fw", "text", None, m.forms("1.2.3.#|1.2.4.#"))]


@table("biblioteca_titulos", "es")
def biblioteca_titulos(m):
    return [("isbn13", "char(13)", None, m.each(lambda: isbn(m))),
            ("titulo", "text", None, m.pick("Don Quijote de la Mancha|La casa de Bernarda Alba|Doña Perfecta|Nada|Fortunata y Jacinta|Marianela")),
            ("autor", "text", "name", m.pick("Arturo Pérez-Reverte|Rosa Montero|Javier Cercas|Julia Navarro|Fernando Aramburu|Dolores Redondo|Maruja Torres")),
            ("editorial", "text", None, m.pick("Planeta|Anagrama|Alfaguara|Cátedra|Tusquets")),
            ("capital_impresion", "text", None, m.pick("Madrid|Barcelona|Buenos Aires|México D.F.|Bogotá")),
            ("cdu", "text", None, m.forms("821.134.2-3#|94(460)##")),
            ("num_pedido", "bigint", None, m.forms("#########|1##########"))]


@table("releases", "en")
def releases(m):
    return [("pkg", "text", None, m.pick("ada|pascal-lsp|julia|ruby-sass|jenkins|hugo")),
            ("version", "text", None, m.forms("#.##.#.##|1#.#.#.#")),
            ("sha256", "char(64)", None, m.forms("^" * 64)),
            ("committer_email", "text", "email", m.email(0.1)),
            ("author_login", "text", "user_name", m.row(lambda p: p.login, 0.1)),
            ("codename", "text", None, m.pick("Bookworm|Jessie|Maverick|Trixie|Stretch|Sarah|Victoria")),
            ("published_at", "timestamptz", None, m.stamps()),
            ("downloads", "bigint", None, m.whole(100, 99999999))]


@table("user_flags", "en")
def user_flags(m):
    return [("user_id", "integer", None, m.whole(1, 9000)),
            ("email_confirmed_at", "timestamptz", None, m.stamps(0.3)),
            ("phone_verified", "boolean", None, m.flag()),
            ("password_changed_on", "date", None, m.dates(2020, 2024)),
            ("address_id", "bigint", None, m.forms("#######")),
            ("name_format", "text", None, m.pick("first_last|last_first|nick")),
            ("locale", "text", None, m.pick("en_GB|en_IE|de_DE|fr_FR")),
            ("tz", "text", None, m.pick("Europe/London|Europe/Dublin|Europe/Berlin|Europe/Paris"))]


@table("mitglieder_kv", "de")
def mitglieder_kv(m):
    return [("mgl_nr", "integer", None, m.serial(7001)),
            ("titel_name", "text", "name", m.row(lambda p: m.random.choice(("", "", "", "Dr. ", "Prof. Dr. ")) + f"{p.first} {p.last}")),
            ("partei", "text", "political", m.pick("SPD|CDU|Grüne|FDP|Die Linke|AfD|Volt")),
            ("fluegel", "text", "political", m.pick("Seeheimer Kreis|Parlamentarische Linke|Netzwerk Berlin|Werteunion|Realo|Fundi", 0.4)),
            ("parteiamt", "text", "political", m.pick("Kassierer|Beisitzerin|Delegierter|Ortsvorsitzende|kein Amt", 0.3)),
            ("mandat_sepa", "text", None, m.forms("KV-DE-2019-#####")),
            ("geschl", "char(1)", "gender", m.sex("m", "w", 0.1)),
            ("lebensalter", "text", "age", m.row(lambda p: 2024 - p.born.year, 0.2)),
            ("wahlkreis", "text", None, m.pick("Wahlkreis 93 Köln I|Wahlkreis 75 Berlin-Mitte|Wahlkreis 219 München-Nord")),
            ("import_lauf", "timestamptz", None, m.stamps())]


@table("badgeuse_acces", "fr")
def badgeuse_acces(m):
    return [("id_passage", "bigint", None, m.serial(310000)),
            ("salarie", "text", "name", m.name("{1} {0}")),
            ("gabarit_iris", "text", "biometric", m.each(lambda: "IRIS2:" + m.form("^" * 48), 0.2)),
            ("score_visage", "real", "biometric", m.number(0.61, 0.99, 4, 0.2)),
            ("fonction", "text", "employment", m.pick("agent de sécurité|chef d'équipe|comptable|technicienne|alternant")),
            ("syndicat", "text", "union", m.pick("CGT|CFDT|FO|CFE-CGC|SUD|aucun", 0.4)),
            ("borne", "text", None, m.pick("Hall Nord|Parking P2|Bâtiment Eiffel|Salle Serveurs")),
            ("fw_borne", "text", None, m.forms("3.1.#|3.2.1#")),
            ("temp_borne", "numeric(4,1)", None, m.number(14, 41, 1)),
            ("ip_borne", "inet", None, m.forms("172.16.8.3#|172.16.8.4#|172.16.9.1##"))]


@table("porachki_onlain", "bg")
def porachki_onlain(m):
    return [("nomer_porachka", "bigint", None, m.forms("10#######")),
            ("klient", "text", "name", m.row(lambda p: latin(f"{p.first} {p.last}"))),
            ("tel", "text", "phone", m.phone(0.1)),
            ("grad", "text", "city", m.row(lambda p: latin(p.city))),
            ("adres_dostavka", "text", "address", m.row(lambda p: latin(f"{p.way} {p.number}") + ", " + latin(p.city), 0.1)),
            ("kurier", "text", None, m.pick("Speedy|Econt|Sameday|Ekont ofis Lyulin")),
            ("tovaritelnica", "text", None, m.forms("610##########|53##########")),
            ("naimenovanie", "text", None, m.pick("Roza Damascena krem|Kashkaval Vitosha|Kniga Pod igoto|Chaynik Sofia")),
            ("suma_lv", "numeric(8,2)", None, m.number(9, 300))]


@table("PELATES", "el")
def pelates(m):
    return [("KOD_PEL", "text", None, m.forms("30-00-####")),
            ("EPON_ONOM", "text", "name", m.row(lambda p: latin(f"{p.last} {p.first}").upper())),
            ("POLI", "text", "city", m.row(lambda p: latin(p.city).upper(), 0.1)),
            ("TK", "text", "postcode", m.row(lambda p: p.postcode.replace(" ", ""), 0.1)),
            ("EMAIL", "text", "email", m.email(0.3)),
            ("DOY", "text", None, m.pick("A ATHINON|KALAMARIAS|G PATRON|IRAKLEIOU")),
            ("YPOK_THL", "text", None, m.pick("2103301000|2310555100|2610360500")),
            ("KAT_TIM", "char(1)", None, m.pick("A|B|L")),
            ("EKPT_PCT", "numeric(4,1)", None, m.pick("0.0|5.0|10.0"))]


@table("przystanki", "pl")
def przystanki(m):
    return [("nr_slupka", "text", None, m.forms("70####")),
            ("nazwa_przystanku", "text", None, m.pick("Plac Wilsona|Rondo Daszyńskiego|Emilii Plater|Dworzec Centralny|Park Szczęśliwicki|Kopernika")),
            ("ulica", "text", None, m.pick("Marszałkowska|Jana Kazimierza|Puławska|Grójecka|Emilii Plater")),
            ("szer_geo", "numeric(9,6)", None, m.number(52.1, 52.3, 6)),
            ("dl_geo", "numeric(9,6)", None, m.number(20.8, 21.2, 6)),
            ("linie", "text", None, m.pick("175, 504|N44|9, 22, 24|116, 180", 0.1)),
            ("telefon_dyspozytora", "text", None, m.pick("22 19115|22 826 82 11")),
            ("wiata", "boolean", None, m.flag())]


@table("regionstatistik", "sv")
def regionstatistik(m):
    return [("region", "text", None, m.pick("Skåne|Västra Götaland|Stockholm|Norrbotten|Dalarna|Uppsala")),
            ("ar", "smallint", None, m.whole(1998, 2023)),
            ("fodda_per_1000", "numeric(4,1)", None, m.number(8, 13, 1)),
            ("medelalder", "numeric(4,1)", None, m.number(38, 46, 1)),
            ("andel_cancer_pct", "numeric(4,2)", None, m.number(0.2, 1.4)),
            ("medianlon", "integer", None, m.whole(27000, 39000)),
            ("vanligaste_fornamn", "text", None, m.pick("Lucas|William|Alice|Maja|Elsa|Liam|Noah")),
            ("valdeltagande", "numeric(4,1)", None, m.number(76, 89, 1)),
            ("storsta_parti", "text", None, m.pick("Socialdemokraterna|Moderaterna|Sverigedemokraterna|Centerpartiet")),
            ("dataversion", "text", None, m.pick("2024.1|2024.2|2023.4"))]


@table("artikel_voorraad", "nl")
def artikel_voorraad(m):
    return [("artikelnr", "text", None, m.forms("########|7########")),
            ("omschrijving", "text", None, m.pick("Dekbedovertrek Sanne|Fiets Johan 28 inch|Kandelaar Willem|Stoel Eva eiken|Theepot Beatrix")),
            ("merk", "text", None, m.pick("Van Gogh|Philips|Jan des Bouvrie|Gazelle|Douwe Egberts")),
            ("ean", "char(13)", None, m.each(lambda: ean(m))),
            ("magazijn_plaats", "text", None, m.pick("Venlo-A12|Tilburg-C03|Zwolle-B44")),
            ("vorm_geslacht", "text", None, m.pick("heren|dames|unisex", 0.2)),
            ("gewicht_kg", "numeric(6,2)", None, m.number(0.1, 40)),
            ("leeftijd_dagen", "integer", None, m.whole(1, 800)),
            ("laatst_geteld", "date", None, m.dates(2023, 2024))]


@table("obecni_urady", "cs")
def obecni_urady(m):
    return [("kod_obce", "integer", None, m.forms("5#####")),
            ("nazev_obce", "text", None, m.pick("Kutná Hora|Mariánské Lázně|Karlovy Vary|Dvůr Králové|Františkovy Lázně|Svatý Jan")),
            ("ico", "char(8)", None, m.forms("00######")),
            ("adresa_uradu", "text", None, m.address("{0}, {1} {2}")),
            ("uredni_hodiny", "text", None, m.pick("Po 8-17, St 8-17|Po-Pá 7:30-15:30|Út 9-12, Čt 13-18")),
            ("e_podatelna", "text", None, m.each(lambda: "podatelna@" + m.random.choice(("kutnahora", "marianskelazne", "dvurkralove", "svatyjan")) + ".cz")),
            ("telefon_ustredna", "text", None, m.forms("327 7## 1##|354 9## 1##")),
            ("datova_schranka", "char(7)", None, m.forms("^^^^^^^")),
            ("ucet_obce", "text", None, m.forms("19-########/0100|#######329/0800"))]


@table("clinic_service_prices", "en")
def clinic_service_prices(m):
    return [("svc_code", "text", None, m.forms("SV-0##")),
            ("diagnosis_group", "text", None, m.pick("Diabetes check|Asthma review|Blood test|Flu vaccination|Depression screening")),
            ("patient_min_age", "smallint", None, m.pick("0|12|18|65")),
            ("duration_min", "smallint", None, m.pick("10|15|20|45")),
            ("ward", "text", None, m.pick("Nightingale|Seacole|Florence|St Mary's|Victoria")),
            ("reception_phone", "text", None, m.pick("020 7946 0100|020 7946 0155")),
            ("price", "numeric(7,2)", None, m.number(15, 320)),
            ("valid_from", "date", None, m.dates(2022, 2024)),
            ("updated_by_job", "text", None, m.pick("nightly_sync|price_import|manual"))]


@table("TB_LIEFERSCHEIN_POS", "de")
def lieferschein(m):
    return [("LS_NR", "bigint", None, m.forms("80##########")),
            ("POS", "smallint", None, m.whole(10, 90)),
            ("MATNR", "char(18)", None, m.forms("0000000000########")),
            ("BEZ", "text", None, m.pick("Schraube M8 DIN 933|Ritter Sport Nuss|Regal Billy|Bohrer Franz Set|Tisch Ludwig")),
            ("CHARGE", "text", None, m.forms("C#####?")),
            ("LIEFERWERK", "text", None, m.pick("Werk Ingolstadt|Werk Emden|Lager Magdeburg")),
            ("KFZ_TYP", "text", None, m.pick("LKW 7,5t|Sprinter|Sattelzug")),
            ("ZOLLTARIF", "char(8)", None, m.forms("7318####|9403####")),
            ("URSPRUNGSLAND", "char(2)", None, m.pick("DE|CZ|PL|CN")),
            ("ERSTELLT", "timestamp", None, m.stamps())]
