"""The second corpus for gdpr_discover. Whoever wrote it had seen neither the detectors nor the first corpus: the tables are made after what companies, authorities, hospitals, schools and
shops really have. The values are made by Faker, seeded, hence always the same, or are drawn from short lists, as catalogues are; the labels are set by hand. What the detectors found of it
before anybody looked is in docs/discover.md; since then they have learnt from it.

National numbers whose provider asks the clock, draws from the global generator or computes no check digit are computed here.
"""

import base64
import json
import random
import unicodedata
from datetime import date, datetime, timedelta

from faker import Faker

ROWS = 100

MAIL = {"de_DE": ("web.de", "gmx.net", "t-online.de"), "fr_FR": ("orange.fr", "free.fr", "laposte.net"), "bg_BG": ("abv.bg", "mail.bg", "dir.bg")}

AGENTS = ("Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/{0}.0.0.0 Safari/537.36",
          "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/17.{1} Safari/605.1.15",
          "Mozilla/5.0 (iPhone; CPU iPhone OS 17_{1} like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/17.4 Mobile/15E148 Safari/604.1",
          "Mozilla/5.0 (X11; Linux x86_64; rv:{0}.0) Gecko/20100101 Firefox/{0}.0",
          "Mozilla/5.0 (Linux; Android 13; SM-G991B) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/{0}.0.0.0 Mobile Safari/537.36")

# How Bulgarians write their names in addresses for mail.
CYRILLIC = str.maketrans(dict(zip("абвгдезийклмнопрстуфъь", "abvgdeziyklmnoprstufay")) | {"ж": "zh", "х": "h", "ц": "ts", "ч": "ch", "ш": "sh", "щ": "sht", "ю": "yu", "я": "ya"})

ICD10 = ("E11.9", "I10", "J45.0", "F32.1", "M54.5", "K21.0", "C50.9", "G43.0", "N39.0", "B20", "F41.1", "I25.1", "E03.9", "J44.1", "F10.2", "Z85.3", "O80", "L40.0")
ICD9 = ("250.00", "401.9", "493.90", "296.20", "724.2", "530.81", "174.9", "346.10", "599.0", "042", "300.02", "414.01", "V10.3")


def plain(text):
    """The letters of a name as they stand in an address for mail."""
    text = text.lower().replace("ß", "ss").replace("ł", "l").replace("ø", "o").replace("æ", "ae").replace("đ", "d").translate(CYRILLIC)
    text = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode()
    return "".join(character for character in text if character.isalnum())


def luhn(digits):
    """The check digit that Luhn's algorithm puts behind the digits."""
    doubled = (int(digit) * 2 if index % 2 == 0 else int(digit) for index, digit in enumerate(reversed(digits)))
    return str(-sum(value - 9 if value > 9 else value for value in doubled) % 10)


def weighted(digits, weights):
    return sum(int(digit) * weight for digit, weight in zip(digits, weights))


class Person:
    """Who a row is about: the columns of a row fit each other."""

    def __init__(self, table, number):
        fake, rng = table.fake, table.rng
        self.number = number
        self.female = rng.random() < 0.5
        self.first = (fake.first_name_female() if self.female else fake.first_name_male()).strip().title()
        self.last = (fake.last_name_female() if self.female else fake.last_name_male()).strip()
        self.name = self.first + " " + self.last
        self.born = table.day(*table.born)(self)
        local = [plain(self.first), plain(self.last)]
        if not all(local):
            local = ["user", str(rng.randrange(1000, 9999))]
        domains = MAIL.get(table.locale, ()) + ("gmail.com", "outlook.com", "hotmail.com", "icloud.com", fake.domain_name())
        self.user = rng.choice([local[0] + str(rng.randrange(100)), local[0][:1] + local[1], local[0] + "_" + local[1] + str(self.born.year % 100)])
        self.email = rng.choice([".".join(local), self.user, local[0] + local[1], self.user + str(rng.randrange(10, 99))]) + "@" + rng.choice(domains)


class Table:
    def __init__(self, locale, seed, born=(1938, 2004)):
        self.born = born
        self.locale = locale
        self.rng = random.Random(seed)
        self.fake = Faker(locale)
        self.fake.seed_instance(seed)
        self.columns = []
        self.people = [Person(self, number) for number in range(ROWS)]

    def add(self, name, sql_type, label, make, nulls=0.0):
        """Adds a column: make() is given the person of each row; a share of nulls is left out."""
        values = [make(person) for person in self.people]
        values = [None if value is None or self.rng.random() < nulls else str(value) for value in values]
        self.columns.append((name, sql_type, label, values))

    def pick(self, *choices):
        return lambda person: self.rng.choice(choices)

    def number(self, low, high):
        return lambda person: self.rng.randint(low, high)

    def decimal(self, low, high, digits=2):
        return lambda person: f"{self.rng.uniform(low, high):.{digits}f}"

    def stamp(self, first_year=2015, last_year=2024):
        seconds = (last_year - first_year + 1) * 365 * 86400
        return lambda person: datetime(first_year, 1, 1) + timedelta(seconds=self.rng.randrange(seconds))

    def day(self, first_year=2015, last_year=2024):
        return lambda person: date(first_year, 1, 1) + timedelta(days=self.rng.randrange((last_year - first_year + 1) * 365))

    def flag(self, share=0.5):
        return lambda person: "t" if self.rng.random() < share else "f"

    def pattern(self, *patterns):
        """# is a digit, ? is a capital letter."""
        return lambda person: self.fake.bothify(self.rng.choice(patterns), letters="ABCDEFGHJKLMNPRSTUVWXYZ")

    def serial(self, start=1):
        return lambda person: start + person.number

    def digits(self, count):
        return "".join(self.rng.choice("0123456789") for _ in range(count))

    def agent(self, person):
        return self.rng.choice(AGENTS).format(self.rng.randint(100, 126), self.rng.randint(1, 6))

    def words(self, some, others, share):
        """A text of the first list with the person put in, in this share of the rows; else one of the second list."""
        def make(person):
            if self.rng.random() < share:
                return self.rng.choice(some).format(name=person.name, last=person.last, first=person.first, email=person.email, phone=self.fake.phone_number(), city=self.fake.city())
            return self.rng.choice(others)
        return make


def grouped(number, size=4):
    return " ".join(number[start:start + size] for start in range(0, len(number), size))


# National numbers.

def dni(table):
    body = table.rng.randrange(10 ** 7, 10 ** 8)
    return f"{body}{'TRWAGMYFPDXBNJZSQVHLCKE'[body % 23]}"


def personnummer(table, person, separator="-", century=False):
    serial = table.digits(2) + str(2 * table.rng.randrange(5) + (not person.female))
    short = person.born.strftime("%y%m%d")
    return (person.born.strftime("%Y%m%d") if century else short) + separator + serial + luhn(short + serial)


def hetu(table, person):
    serial = f"{2 * table.rng.randrange(1, 449) + (not person.female):03d}"
    short = person.born.strftime("%d%m%y")
    return short + ("A" if person.born.year >= 2000 else "-") + serial + "0123456789ABCDEFHJKLMNPRSTUVWXY"[int(short + serial) % 31]


def cpr(table, person):
    """With the check digit that numbers had up to 2007."""
    short = person.born.strftime("%d%m%y")
    while True:
        serial = table.rng.choice("4567" if person.born.year >= 2000 else "0123") + table.digits(2)
        check = -weighted(short + serial, (4, 3, 2, 7, 6, 5, 4, 3, 2)) % 11
        if check < 10 and check % 2 == (not person.female):
            return short + "-" + serial + str(check)


def rodne_cislo(table, person):
    month = person.born.month + (50 if person.female else 0)
    body = f"{person.born.year % 100:02d}{month:02d}{person.born.day:02d}"
    if person.born.year < 1954:
        return body + "/" + table.digits(3)
    while True:
        serial = table.digits(3)
        if int(body + serial) % 11 < 10:
            return body + "/" + serial + str(int(body + serial) % 11)


def egn(table, person):
    month = person.born.month + (40 if person.born.year >= 2000 else 0)
    body = f"{person.born.year % 100:02d}{month:02d}{person.born.day:02d}{table.digits(2)}{2 * table.rng.randrange(5) + person.female}"
    return body + str(weighted(body, (2, 4, 8, 5, 10, 9, 7, 3, 6)) % 11 % 10)


def amka(table, person):
    body = person.born.strftime("%d%m%y") + table.digits(4)
    return body + luhn(body)


def afm(table):
    body = table.rng.choice("0123") + table.digits(7)
    return body + str(weighted(body, (256, 128, 64, 32, 16, 8, 4, 2)) % 11 % 10)


def taj(table):
    body = table.rng.choice("01") + table.digits(7)
    return body + str(weighted(body, (3, 7, 3, 7, 3, 7, 3, 7)) % 10)


def adoazonosito(table, person):
    while True:
        body = f"8{(person.born - date(1867, 1, 1)).days:05d}{table.digits(3)}"
        check = weighted(body, range(1, 10)) % 11
        if check < 10:
            return body + str(check)


def nif_pt(table):
    body = table.rng.choice("12") + table.digits(7)
    check = -weighted(body, range(9, 1, -1)) % 11
    return body + str(check % 10 if check < 10 else 0)


def cnp(table, person):
    century = (5 if person.born.year >= 2000 else 1) + person.female
    body = f"{century}{person.born.strftime('%y%m%d')}{table.rng.randint(1, 46):02d}{table.rng.randint(1, 999):03d}"
    check = weighted(body, (2, 7, 9, 1, 4, 6, 3, 5, 8, 2, 7, 9)) % 11
    return body + str(1 if check == 10 else check)


def insz(table, person):
    short = person.born.strftime("%y%m%d")
    serial = f"{2 * table.rng.randrange(1, 498) + (not person.female):03d}"
    check = 97 - int(("2" if person.born.year >= 2000 else "") + short + serial) % 97
    return f"{short[:2]}.{short[2:4]}.{short[4:]}-{serial}.{check:02d}"


def steuer_id(table):
    """One digit of the first ten occurs twice, one is missing."""
    digits = table.rng.sample("0123456789", 10)
    places = table.rng.sample(range(10), 2)
    digits[places[0]] = digits[places[1]]
    if digits[0] == "0":
        digits.reverse()
    if digits[0] == "0":
        return steuer_id(table)
    product = 10
    for digit in digits:
        product = ((int(digit) + product) % 10 or 10) * 2 % 11
    return "".join(digits) + str((11 - product) % 10)


def nino(table):
    return table.rng.choice(("AB", "CE", "HJ", "JK", "LM", "NR", "PX", "SY", "WA")) + table.digits(6) + table.rng.choice("ABCD")


def codice_fiscale(table, person):
    def letters(text, first):
        text = [letter for letter in unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode().upper() if letter.isalpha()]
        consonants = [letter for letter in text if letter not in "AEIOU"]
        if first and len(consonants) > 3:
            consonants = [consonants[0], consonants[2], consonants[3]]
        return ("".join(consonants + [letter for letter in text if letter in "AEIOU"]) + "XXX")[:3]
    body = letters(person.last, False) + letters(person.first, True) + person.born.strftime("%y") + "ABCDEHLMPRST"[person.born.month - 1]
    body += f"{person.born.day + (40 if person.female else 0):02d}" + table.rng.choice(["H501", "F205", "F839", "A662", "L219", "E506", "L781", "C351"])
    odd = (1, 0, 5, 7, 9, 13, 15, 17, 19, 21, 2, 4, 18, 20, 11, 3, 6, 8, 12, 14, 16, 10, 22, 25, 24, 23)
    values = [int(character) if character.isdigit() else ord(character) - 65 for character in body]
    return body + chr(65 + sum(odd[value] if index % 2 == 0 else value for index, value in enumerate(values)) % 26)


# Tables of persons.

def kunde():
    t = Table("de_DE", 101)
    t.add("KDNR", "integer", None, t.serial(40017))
    t.add("ANREDE", "varchar(10)", "gender", lambda p: "Frau" if p.female else "Herr", 0.1)
    t.add("VORNAME", "varchar(40)", "first_name", lambda p: p.first.upper() if t.rng.random() < 0.4 else p.first)
    t.add("NACHNAME", "varchar(40)", "last_name", lambda p: p.last.upper() if t.rng.random() < 0.4 else p.last)
    t.add("STR_HNR", "varchar(60)", "street", lambda p: f"{t.fake.street_name()} {t.rng.randint(1, 140)}{t.rng.choice(['', '', '', ' a', 'b'])}", 0.15)
    t.add("PLZ", "char(5)", "postcode", lambda p: t.fake.postcode(), 0.15)
    t.add("TEL_MOB", "varchar(30)", "phone", lambda p: t.fake.bothify(t.rng.choice(["0151########", "0172/#######", "+49 176 ########", "0160-#######"])), 0.4)
    t.add("GEBDAT", "varchar(10)", "birth_date", lambda p: p.born.strftime("%d.%m.%Y"), 0.25)
    t.add("MAIL_ADR", "varchar(80)", "email", lambda p: p.email, 0.2)
    t.add("BEMERKUNG", "text", "free_text", t.words(
        ["Hr. {last} ist verzogen nach {city}", "Bitte nur über {phone} anrufen, Nachtschicht",
         "Ansprechpartnerin ist die Tochter {name}", "zahlt wegen Insolvenz nur bar, {first} kennt das"],
        ["Lieferung hinten", "keine Werbung", "Rechnung per Post", "siehe Auftrag 4711"], 0.45), 0.4)
    t.add("STEUERID", "char(11)", "tax_number", lambda p: steuer_id(t), 0.35)
    t.add("KD_GRP", "char(2)", None, t.pick("A1", "B1", "B2", "C1", "X9"))
    t.add("ANGELEGT_AM", "timestamp", None, t.stamp())
    t.add("SPERRKZ", "char(1)", None, t.pick("J", "N", "N", "N"))
    t.add("ORT", "varchar(40)", "city", lambda p: t.fake.city(), 0.15)
    return t


def res_partner():
    t = Table("fr_FR", 102)
    t.add("display_name", "varchar", "name", lambda p: p.last.upper() + " " + p.first if t.rng.random() < 0.5 else p.name)
    t.add("street", "varchar", "street", lambda p: t.fake.street_address(), 0.1)
    t.add("street2", "varchar", "address", t.pick("Bât. B", "Appt 12", "2e étage", "chez Mme Petit", "Résidence Les Lilas", "Escalier C"), 0.7)
    t.add("country_code", "char(2)", "country", t.pick("FR", "FR", "FR", "FR", "BE", "CH", "LU", "DE"))
    t.add("email", "varchar", "email", lambda p: p.email, 0.15)
    t.add("mobile", "varchar", "phone", lambda p: t.fake.bothify(t.rng.choice(["06 ## ## ## ##", "07########", "+33 6 ## ## ## ##", "06.##.##.##.##"])), 0.3)
    t.add("lang", "varchar", None, t.pick("fr_FR", "fr_FR", "en_US", "nl_BE"))
    t.add("is_company", "boolean", None, t.flag(0))
    t.add("comment", "text", "free_text", t.words(
        ["A appelé le matin, rappeler {name} au {phone}.", "Ne souhaite plus être contactée, écrire à {email} uniquement.", "{first} déménage à {city} en juin, mettre l'adresse à jour.",
         "Mme {last} demande un paiement en trois fois à cause de son divorce."], ["RAS", "Client fidèle", "Livraison le mardi", "voir dossier"], 0.5), 0.4)
    t.add("write_date", "timestamptz", None, t.stamp())
    return t


def wp_comments():
    t = Table("en_US", 104)
    t.add("comment_post_ID", "bigint", None, t.number(1, 900))
    t.add("comment_author", "text", "name", lambda p: p.name if t.rng.random() < 0.7 else p.first)
    t.add("comment_author_IP", "varchar(100)", "ip", lambda p: t.fake.ipv4_public() if t.rng.random() < 0.8 else t.fake.ipv6())
    t.add("comment_date_gmt", "timestamp", None, t.stamp())
    t.add("comment_content", "text", "free_text", t.words(
        ["Great read! You can reach me at {email} if you want to talk about it.", "I live in {city} and have the same problem. {name}",
         "As {first} {last} I was there that day and it was awful for my mother.",
         "Call me: {phone}"], ["Thanks, this worked.", "Nice article!", "First!", "Does not work on version 5.2", "+1", "How do I upgrade?"], 0.35))
    t.add("comment_approved", "varchar(20)", None, t.pick("1", "1", "1", "0", "spam"))
    t.add("comment_agent", "varchar(255)", "device", t.agent)
    t.add("comment_type", "varchar(20)", None, t.pick("comment", "comment", "pingback"))
    return t


def empleados():
    t = Table("es_ES", 106, (1958, 2004))
    t.add("nombre", "text", "first_name", lambda p: p.first)
    t.add("apellido1", "text", "last_name", lambda p: p.last.split()[0])
    t.add("nif_nie", "varchar(12)", "national_id", lambda p: dni(t))
    t.add("estado_civil", "varchar(20)", "family_status", t.pick("soltero/a", "casado/a", "divorciado/a", "viudo/a", "pareja de hecho"), 0.2)
    t.add("puesto", "text", "employment", lambda p: t.fake.job())
    t.add("sueldo_bruto", "numeric(10,2)", "income", t.decimal(16500, 62000))
    t.add("afiliacion_sindical", "text", "union", t.pick("CCOO", "UGT", "CGT", "USO", "ELA"), 0.6)
    t.add("grado_discapacidad", "text", "health", t.pick("33%", "45%", "65% movilidad reducida", "no consta"), 0.5)
    t.add("centro_coste", "varchar(8)", None, t.pattern("CC-####"))
    return t


def anagrafica_pazienti():
    t = Table("it_IT", 107)
    t.add("cognome", "varchar(50)", "last_name", lambda p: p.last.upper())
    t.add("vers_informativa", "varchar(8)", None, t.pick("1.0", "1.1", "2.0"))
    t.add("cod_fisc", "char(16)", "national_id", lambda p: codice_fiscale(t, p), 0.1)
    t.add("luogo_nasc", "varchar(60)", "birth_place", lambda p: t.rng.choice(["Roma", "Milano", "Napoli", "Bari", "Torino", "Lecce", "Verona", "Catania", "Tirana", "Bucarest"]), 0.1)
    t.add("indirizzo", "varchar(100)", "address", lambda p: t.fake.address().replace("\n", ", "), 0.1)
    t.add("medico_curante", "varchar(60)", "name", lambda p: "Dott. " + t.fake.last_name() + " " + t.fake.first_name(), 0.2)
    t.add("gruppo_sang", "varchar(4)", "health", t.pick("0+", "A+", "B+", "AB+", "0-", "A-", "B-"), 0.4)
    t.add("allergie", "text", "health", t.pick("penicillina", "lattosio", "nessuna nota", "pollini, graminacee", "FANS", "arachidi"), 0.4)
    t.add("diag_icd9", "varchar(6)", "health", t.pick(*ICD9), 0.2)
    t.add("cod_asl", "varchar(6)", None, t.pick("120201", "120202", "030321", "070103"))
    t.add("consenso", "boolean", None, t.flag(0.8))
    t.add("sesso", "char(1)", "gender", lambda p: "F" if p.female else "M")
    return t


def brp_persoon():
    t = Table("nl_NL", 109)
    t.add("voornamen", "text", "first_name", lambda p: p.first + (" " + t.fake.first_name() if t.rng.random() < 0.4 else ""))
    t.add("geslachtsnaam", "text", "last_name", lambda p: p.last)
    t.add("bsn", "bigint", "national_id", lambda p: t.fake.ssn())
    t.add("geb_dat", "integer", "birth_date", lambda p: p.born.strftime("%Y%m%d"))
    t.add("geb_plaats", "text", "birth_place", lambda p: t.rng.choice(["Utrecht", "Rotterdam", "Breda", "Groningen", "Paramaribo", "Ankara", "Eindhoven", "Zwolle", "Rabat"]))
    t.add("nationaliteit", "text", "nationality", t.pick("Nederlandse", "Nederlandse", "Nederlandse", "Turkse", "Marokkaanse", "Duitse", "Poolse", "Surinaamse"))
    t.add("burg_staat", "char(1)", "family_status", t.pick("O", "H", "S", "W", "P"))
    t.add("postcode", "varchar(7)", "postcode", t.pattern("1### ??", "2###??", "3### ??"))
    t.add("kenteken", "varchar(8)", "vehicle", t.pattern("??-##-??", "##-???-#", "?-###-??"), 0.4)
    t.add("wijkcode", "varchar(8)", None, t.pattern("WK0344##"))
    t.add("mutatie_ts", "timestamptz", None, t.stamp())
    t.add("woonplaats", "text", "city", lambda p: t.fake.city())
    return t


def medarbejder():
    t = Table("da_DK", 110, (1958, 2004))
    t.add("cpr_nr", "char(11)", "national_id", lambda p: cpr(t, p))
    t.add("reg_konto", "varchar(16)", "bank_account", t.pattern("#### ##########", "####-#######"), 0.1)
    t.add("maanedsloen", "integer", "income", t.number(24000, 68000))
    t.add("fagforening", "text", "union", t.pick("3F", "HK", "FOA", "Dansk Metal", "Krifa", "ingen"), 0.4)
    t.add("stillingsbetegnelse", "text", "employment", lambda p: t.fake.job())
    t.add("afd_kode", "varchar(4)", None, t.pick("ADM", "PROD", "LAG", "IT"))
    t.add("oprettet", "timestamp", None, t.stamp())
    t.add("loenart_navn", "text", None, t.pick("Månedsløn", "Timeløn", "Akkord"))
    return t


def elev():
    t = Table("sv_SE", 111, (2006, 2016))
    t.add("efternamn", "text", "last_name", lambda p: p.last)
    t.add("personnr", "varchar(13)", "national_id", lambda p: personnummer(t, p, t.rng.choice(["-", ""]), t.rng.random() < 0.5))
    t.add("vardnadshavare1", "text", "name", lambda p: t.fake.first_name() + " " + p.last)
    t.add("epost_hem", "text", "email", lambda p: plain(t.fake.first_name()) + "." + plain(p.last) + "@" + t.rng.choice(["telia.com", "gmail.com", "hotmail.se"]), 0.2)
    t.add("specialpedagogiskt_stod", "text", "health", t.pick("dyslexi", "ADHD", "språkstörning", "autism", "synnedsättning"), 0.7)
    t.add("anteckning", "text", "free_text", t.words(
        ["{first} bor hos pappa varannan vecka.", "Ring {name} på {phone} vid frånvaro.", "Mamma till {first} bad om möte angående mobbning.", "Flyttar till {city} i augusti."],
        ["saknas", "se mapp", "ok"], 0.6), 0.4)
    t.add("skolenhetskod", "char(8)", None, t.pick("12345670", "48211099", "77120453"))
    t.add("lasar", "varchar(7)", None, t.pick("2021/22", "2022/23", "2023/24"))
    t.add("skolskjuts", "boolean", None, t.flag(0.2))
    t.add("importfil", "text", None, t.pattern("elever_####.csv"))
    return t


def laboratoriotulos():
    t = Table("fi_FI", 112)
    t.add("naytenro", "varchar(12)", None, t.pattern("N#########"))
    t.add("hetu", "char(11)", "national_id", lambda p: hetu(t, p))
    t.add("kotikunta", "text", "city", lambda p: t.fake.city(), 0.2)
    t.add("p_gluk_mmol", "numeric(5,1)", "health", t.decimal(3.9, 14, 1), 0.1)
    t.add("lausunto", "text", "health", t.pick("viittaa diabetekseen", "normaali löydös", "lievä anemia", "kohonnut CRP, infektio?", "tyypin 2 diabetes, seuranta"), 0.3)
    t.add("yksikko", "varchar(10)", None, lambda p: "mmol/l")
    t.add("viitearvo", "varchar(12)", None, t.pick("4.0-6.0", "3.9-6.1"))
    t.add("analysaattori", "text", None, t.pick("Cobas 6000", "Atellica CH", "Alinity c"))
    t.add("tulostettu_klo", "timestamptz", None, t.stamp())
    return t


def clen_strany():
    t = Table("cs_CZ", 113)
    t.add("cislo_prukazu", "integer", None, t.serial(11000))
    t.add("prijmeni", "text", "last_name", lambda p: p.last)
    t.add("rodne_cislo", "varchar(11)", "national_id", lambda p: rodne_cislo(t, p), 0.2)
    t.add("polit_prislusnost", "text", "political", t.pick("ODS", "ČSSD", "KDU-ČSL", "Piráti", "STAN", "ANO 2011", "KSČM"), 0.1)
    t.add("bydliste", "text", "address", lambda p: f"{t.fake.street_name()} {t.rng.randint(1, 2400)}/{t.rng.randint(1, 60)}, {t.fake.postcode()} {t.fake.city()}", 0.15)
    t.add("tel_cislo", "text", "phone", t.pattern("+420 6## ### ###", "7########", "00420 7## ### ###", "6## ### ###"), 0.2)
    t.add("prispevek_kc", "integer", None, t.pick(200, 500, 1000))
    t.add("var_symbol", "char(10)", None, t.pattern("20########"))
    t.add("hlasovaci_pravo", "boolean", None, t.flag(0.9))
    return t


def dolgozo():
    t = Table("hu_HU", 114, (1958, 2004))
    t.add("teljes_nev", "text", "name", lambda p: p.last + " " + p.first)
    t.add("szul_ido", "varchar(10)", "birth_date", lambda p: p.born.strftime("%Y/%m/%d"))
    t.add("szul_hely", "text", "birth_place", t.pick("Budapest", "Debrecen", "Szeged", "Pécs", "Győr", "Miskolc", "Kolozsvár", "Eger"))
    t.add("eletkor", "smallint", "age", lambda p: 2024 - p.born.year)
    t.add("adoaz_jel", "char(10)", "tax_number", lambda p: adoazonosito(t, p))
    t.add("taj", "char(9)", "national_id", lambda p: taj(t), 0.1)
    t.add("bankszla", "varchar(26)", "bank_account", t.pattern("1177####-########-00000000", "1040####-########-########"))
    t.add("munkakor_kod", "varchar(6)", None, t.pick("2142", "4112", "8332", "9310"))
    t.add("rogzitve", "timestamp", None, t.stamp())
    return t


def asigurati():
    t = Table("ro_RO", 115)
    t.add("nr_polita", "varchar(14)", None, t.pattern("RCA/##/#######"))
    t.add("nume", "text", "last_name", lambda p: p.last)
    t.add("cnp", "char(13)", "national_id", lambda p: cnp(t, p), 0.05)
    t.add("nr_inmatriculare", "varchar(10)", "vehicle", t.pattern("B-##-???", "CJ ## ???", "TM##???", "B ### ???"))
    t.add("cont_iban", "varchar(29)", "iban", lambda p: grouped(t.fake.iban()), 0.3)
    t.add("prima_lei", "numeric(10,2)", None, t.decimal(400, 3900))
    t.add("clasa_bm", "varchar(3)", None, t.pick("B0", "B1", "B4", "B8", "M1"))
    t.add("agent_cod", "varchar(6)", None, t.pattern("AG####"))
    return t


def melos():
    t = Table("el_GR", 116)
    t.add("επώνυμο", "text", "last_name", lambda p: p.last)
    t.add("ΑΦΜ", "char(9)", "tax_number", lambda p: afm(t), 0.1)
    t.add("ΑΜΚΑ", "char(11)", "national_id", lambda p: amka(t, p), 0.2)
    t.add("διεύθυνση", "text", "address", lambda p: t.fake.address().replace("\n", " "), 0.1)
    t.add("τηλέφωνο", "text", "phone", t.pattern("69########", "210 #######", "+30 69########", "2310 ######"), 0.2)
    t.add("θρήσκευμα", "text", "religion", t.pick("Χριστιανός Ορθόδοξος", "Μουσουλμάνος", "Καθολικός", "άθεος"), 0.4)
    t.add("κωδικός_τμήματος", "text", None, t.pattern("ΤΜ-##"))
    t.add("ποσό", "numeric(8,2)", None, t.decimal(10, 90))
    t.add("κατάσταση", "text", None, t.pick("ενεργό", "ανενεργό"))
    t.add("ενημερώθηκε", "timestamp", None, t.stamp())
    return t


def lica():
    t = Table("bg_BG", 117)
    cities = ("София", "Пловдив", "Варна", "Бургас", "Русе", "Плевен", "Враца")
    streets = ("ул. Иван Вазов", "бул. Витоша", "ул. Шипка", "ж.к. Люлин бл.", "ул. Раковски", "бул. България")
    t.add("име", "text", "first_name", lambda p: p.first)
    t.add("фамилия", "text", "last_name", lambda p: p.last)
    t.add("ЕГН", "char(10)", "national_id", lambda p: egn(t, p), 0.1)
    t.add("адрес", "text", "address", lambda p: f"гр. {t.rng.choice(cities)}, {t.rng.choice(streets)} {t.rng.randint(1, 120)}, ап. {t.rng.randint(1, 40)}", 0.15)
    t.add("ел_поща", "text", "email", lambda p: p.email, 0.2)
    t.add("гражданство", "text", "nationality", t.pick("българско", "българско", "българско", "турско", "украинско", "сръбско"))
    t.add("етническа_група", "text", "ethnicity", t.pick("българска", "турска", "ромска", "не желая да отговоря"), 0.4)
    t.add("статус", "text", None, t.pick("активен", "закрит", "чака"))
    t.add("община_код", "char(5)", None, t.pattern("SOF##", "PDV##"))
    t.add("създаден_на", "timestamp", None, t.stamp())
    return t


def cliente_conta():
    t = Table("pt_PT", 118)
    t.add("nomeCompleto", "text", "name", lambda p: p.first + " " + t.fake.last_name() + " " + p.last)
    t.add("nif", "char(9)", "tax_number", lambda p: nif_pt(t))
    t.add("morada", "text", "street", lambda p: t.fake.street_address(), 0.1)
    t.add("telemovel", "varchar(20)", "phone", t.pattern("9########", "+351 91# ### ###", "93# ### ###", "00351 96#######"), 0.15)
    t.add("contaDestino", "varchar(32)", "iban", lambda p: t.fake.iban())
    t.add("rendimentoAnual", "numeric(12,2)", "income", t.decimal(9000, 88000), 0.3)
    t.add("codBalcao", "char(4)", None, t.pattern("00##"))
    t.add("segmento", "text", None, t.pick("Universal", "Prestige", "Select"))
    t.add("taxaJuro", "numeric(5,3)", None, t.decimal(0.5, 4, 3))
    t.add("moeda", "char(3)", None, t.pick("EUR", "EUR", "EUR", "USD"))
    return t


def pa0002():
    t = Table("de_AT", 119, (1958, 2004))
    t.add("PERNR", "char(8)", None, lambda p: f"{1000 + p.number:08d}")
    t.add("NACHN", "varchar(40)", "last_name", lambda p: p.last)
    t.add("GBDAT", "char(8)", "birth_date", lambda p: p.born.strftime("%Y%m%d"))
    t.add("GBORT", "varchar(40)", "birth_place", lambda p: t.fake.city(), 0.2)
    t.add("NATIO", "char(2)", "nationality", t.pick("AT", "AT", "AT", "DE", "HR", "TR", "RS"))
    t.add("GESCH", "char(1)", "gender", lambda p: "2" if p.female else "1")
    t.add("FAMST", "char(1)", "family_status", t.pick("0", "1", "2", "3"))
    t.add("KONFE", "char(2)", "religion", t.pick("RK", "EV", "IS", "OB", "AK"), 0.3)
    t.add("UNAME", "varchar(12)", "user_name", lambda p: t.rng.choice(t.people[:7]).user.upper()[:12])
    t.add("AEDTM", "char(8)", None, lambda p: t.day(2018, 2023)(p).strftime("%Y%m%d"))
    return t


def sales_order():
    t = Table("en_IE", 120)
    t.add("increment_id", "varchar(32)", None, lambda p: f"{100000000 + p.number * 7}")
    t.add("state", "varchar(32)", None, t.pick("complete", "processing", "canceled", "closed"))
    t.add("customer_email", "varchar(128)", "email", lambda p: p.email)
    t.add("bill_fname", "varchar(128)", "first_name", lambda p: p.first, 0.1)
    t.add("bill_lname", "varchar(128)", "last_name", lambda p: p.last, 0.1)
    t.add("customer_dob", "timestamp", "birth_date", lambda p: f"{p.born} 00:00:00", 0.4)
    t.add("remote_ip", "varchar(45)", "ip", lambda p: t.fake.ipv4_public())
    t.add("shipping_address", "jsonb", "address", lambda p: json.dumps({"street": [t.fake.street_address()], "city": t.fake.city(), "postcode": t.fake.postcode(), "country_id": "IE"}))
    t.add("cc_last_4", "varchar(4)", "payment_card", t.pattern("####"), 0.3)
    t.add("grand_total", "numeric(20,4)", None, t.decimal(5, 900, 4))
    t.add("shipping_method", "varchar(120)", None, t.pick("flatrate_flatrate", "tablerate_bestway", "freeshipping_freeshipping"))
    t.add("coupon_code", "varchar(255)", None, t.pick("SUMMER21", "WELCOME10", "BF2023"), 0.4)
    t.add("items_qty", "smallint", None, t.number(1, 12))
    t.add("store_name", "varchar(255)", None, t.pick("Main Website\nMain Store\nDefault Store View", "Outlet"))
    t.add("protect_code", "varchar(255)", None, lambda p: t.fake.md5())
    return t


def helpdesk_ticket():
    t = Table("en_GB", 121)
    t.add("ticket_no", "varchar(12)", None, lambda p: f"INC{2040000 + p.number}")
    t.add("requester", "text", "email", lambda p: p.email)
    t.add("watchers", "text[]", "email", lambda p: "{" + ",".join(t.rng.choice(t.people).email for _ in range(t.rng.randint(1, 3))) + "}", 0.4)
    t.add("title", "text", None, t.pick("Printer offline", "VPN does not connect", "Invoice missing", "Password reset", "Error 500 on checkout", "New laptop", "Access to share"))
    t.add("body", "text", "free_text", t.words(
        ["Hi, my name is {name}, please call me back on {phone}.", "Please send the new password to {email}, regards {first}",
         "Hello, I am off sick until Friday, {last} in {city} will answer.",
         "Mr {last} from accounting cannot log in since he came back from hospital."],
        ["The printer on floor 3 does not print.", "Same error as yesterday, see screenshot.", "Build 4.2.1 crashes at start.", "Closed, no answer."], 0.45))
    t.add("handled_by", "text", "name", lambda p: t.rng.choice(t.people[:9]).name, 0.1)
    t.add("client_ua", "text", "device", t.agent, 0.2)
    t.add("prio", "smallint", None, t.number(1, 5))
    t.add("queue", "text", None, t.pick("L1", "L2", "Network", "Billing"))
    t.add("tags", "text[]", None, t.pick("{vpn,network}", "{printer}", "{billing,urgent}", "{}"))
    return t


def user_entity():
    t = Table("nl_BE", 122)
    t.add("id", "uuid", None, lambda p: t.fake.uuid4())
    t.add("username", "varchar(255)", "user_name", lambda p: p.user)
    t.add("email_verified", "boolean", None, t.flag(0.8))
    t.add("lastName", "varchar(255)", "last_name", lambda p: p.last, 0.1)
    t.add("realm_id", "varchar(36)", None, t.pick("master", "klanten"))
    t.add("rijksregister", "varchar(15)", "national_id", lambda p: insz(t, p), 0.3)
    t.add("secret_data", "text", "password", lambda p: json.dumps({"value": base64.b64encode(t.rng.randbytes(64)).decode(), "salt": base64.b64encode(t.rng.randbytes(16)).decode()}))
    t.add("attributes", "jsonb", "phone", lambda p: json.dumps({"locale": ["nl"], "phoneNumber": [t.fake.bothify("+32 47# ## ## ##")]}), 0.3)
    t.add("created_timestamp", "bigint", None, t.number(1500000000000, 1700000000000))
    t.add("client_name", "text", None, t.pick("account-console", "webshop", "mobile-app"))
    return t


def accounts():
    t = Table("de_DE", 123)
    t.add("domain", "varchar", None, t.pick("mastodon.social", "chaos.example", "fedi.example.org"), 0.5)
    t.add("display_name", "varchar", "name", lambda p: p.name if t.rng.random() < 0.7 else p.first)
    t.add("note", "text", "free_text", t.words(["Hi, ich bin {first} aus {city}, Mutter von zwei Kindern.", "{name} – schreibt mir an {email}", "Krankenschwester in {city}, er/ihm, links."],
                                              ["nur Katzen", "Retoots are not endorsements", "FOSS, Kaffee"], 0.7), 0.3)
    t.add("avatar_file_name", "varchar", "photo", t.pattern("portrait_####.jpg", "me-##.png", "selfie_20######.jpeg"), 0.3)
    t.add("uri", "varchar", "social_media", lambda p: "https://mastodon.example/users/" + p.user)
    t.add("current_sign_in_ip", "inet", "ip", lambda p: t.fake.ipv6() if t.rng.random() < 0.4 else t.fake.ipv4_public(), 0.2)
    t.add("protocol", "integer", None, t.pick(0, 1))
    return t


def telemetry_event():
    t = Table("en_US", 124)
    def place(p):
        latitude, longitude = t.fake.local_latlng("DE", coords_only=True)
        return f"{float(latitude) + t.rng.uniform(-0.05, 0.05):.6f}", f"{float(longitude) + t.rng.uniform(-0.05, 0.05):.6f}"
    places = [place(p) for p in t.people]
    t.add("event_uuid", "uuid", None, lambda p: t.fake.uuid4())
    t.add("evt", "text", None, t.pick("app_open", "screen_view", "purchase", "push_received", "app_background"))
    t.add("app_ver", "text", None, t.pick("4.12.0", "4.12.1", "4.13.0-rc1"))
    t.add("phone_model", "text", None, t.pick("Pixel 7", "SM-A536B", "iPhone14,5", "Redmi Note 11"))
    t.add("gaid", "text", "device", lambda p: t.fake.uuid4())
    t.add("imei", "varchar(15)", "device", lambda p: (lambda body: body + luhn(body))("35" + t.digits(12)), 0.2)
    t.add("lat", "double precision", "coordinates", lambda p: places[p.number][0])
    t.add("lng", "double precision", "coordinates", lambda p: places[p.number][1])
    t.add("last_pos", "text", "coordinates", lambda p: ", ".join(places[p.number]), 0.3)
    t.add("client_addr", "inet", "ip", lambda p: t.fake.ipv4_public())
    t.add("payload", "jsonb", None, lambda p: json.dumps({"screen": t.rng.choice(["home", "cart", "search"]), "ms": t.rng.randrange(2000), "ab": t.rng.choice("AB")}))
    t.add("ip_protocol", "text", None, t.pick("IPv4", "IPv6"))
    t.add("ts", "timestamptz", None, t.stamp(2023, 2023))
    t.add("screen_name", "text", None, t.pick("Home", "Cart", "ProductDetail", "Profile", "Search"))
    return t


def import_2023_11():
    t = Table("de_DE", 126)
    t.add("col_a", "text", "name", lambda p: p.last + ", " + p.first)
    t.add("col_b", "text", "email", lambda p: p.email, 0.1)
    t.add("col_c", "text", "phone", lambda p: t.fake.phone_number(), 0.2)
    t.add("col_d", "text", "address", lambda p: t.fake.address().replace("\n", ", "), 0.1)
    t.add("col_e", "text", "birth_date", lambda p: p.born.strftime("%d.%m.%Y"), 0.2)
    t.add("col_f", "text", "iban", lambda p: t.fake.iban(), 0.2)
    t.add("col_g", "text", "payment_card", lambda p: t.fake.credit_card_number(), 0.4)
    t.add("col_h", "text", None, t.decimal(1, 500))
    t.add("col_i", "text", None, t.pick("Neukunde", "Bestand", "Messe Köln"))
    t.add("col_j", "text", None, lambda p: t.day(2022, 2023)(p).strftime("%d.%m.%Y"))
    t.add("col_l", "text", None, t.pattern("RE-2023-#####"))
    t.add("col_k", "text", None, lambda p: t.fake.company(), 0.3)
    return t


def cust_mstr():
    t = Table("en_GB", 127)
    t.add("cust_no", "integer", None, t.serial(1))
    t.add("cust_nm", "varchar(60)", "name", lambda p: p.name.upper())
    t.add("usr_email_addr", "varchar(80)", "email", lambda p: p.email.upper() if t.rng.random() < 0.3 else p.email, 0.2)
    t.add("ni_no", "char(9)", "national_id", lambda p: nino(t), 0.4)
    t.add("szPwdHash", "char(60)", "password", lambda p: "$2a$10$" + "".join(t.rng.choice("abcdefghijkmnopqrstuvwxyzABCDEFGHJKLMNPQRSTUVWXYZ0123456789./") for _ in range(53)))
    t.add("pan", "varchar(19)", "payment_card", lambda p: grouped(t.fake.credit_card_number("visa16")), 0.3)
    t.add("acct_sort", "varchar(20)", "bank_account", t.pattern("##-##-## ########"), 0.3)
    t.add("data", "jsonb", "email", lambda p: json.dumps({"v": 2, "contact": {"preferred": p.email}, "optin": t.rng.random() < 0.5}), 0.2)
    t.add("nBranch", "smallint", None, t.number(1, 60))
    t.add("dtLastUpd", "timestamp", None, t.stamp())
    return t


def study_participant():
    t = Table("en_GB", 128)
    t.add("site_code", "text", None, t.pattern("GB-0#"))
    t.add("sexual_orientation", "text", "sexual_life", t.pick("heterosexual", "gay", "lesbian", "bisexual", "prefer not to say"), 0.2)
    t.add("ethnic_group", "text", "ethnicity", t.pick("White British", "Asian or Asian British", "Black African", "Mixed", "Roma"), 0.1)
    t.add("faith", "text", "religion", t.pick("Church of England", "Muslim", "Hindu", "none", "Catholic", "Jewish", "Sikh"), 0.3)
    t.add("voted_for", "text", "political", t.pick("Labour", "Conservative", "Liberal Democrats", "Green", "SNP"), 0.4)
    t.add("hiv_result", "text", "health", t.pick("negative", "negative", "negative", "positive"))
    t.add("rs429358_genotype", "text", "genetic", t.pick("T/T", "T/T", "C/T", "C/C"), 0.1)
    t.add("brca_variant", "text", "genetic", t.pick("c.68_69delAG", "c.5266dupC", "wild type", "c.181T>G"), 0.3)
    t.add("fingerprint_tpl", "text", "biometric", lambda p: base64.b64encode(t.rng.randbytes(96)).decode(), 0.2)
    t.add("face_embedding", "real[]", "biometric", lambda p: "{" + ",".join(f"{t.rng.gauss(0, 0.2):.4f}" for _ in range(16)) + "}", 0.2)
    t.add("visit_window_days", "integer", None, t.pick(7, 14))
    t.add("randomised_at", "timestamptz", None, t.stamp(2022, 2022))
    return t


def procedure_penale():
    t = Table("fr_FR", 129)
    t.add("no_parquet", "text", None, t.pattern("2#/0####"))
    t.add("mis_en_cause", "text", "name", lambda p: p.last.upper() + " " + p.first)
    t.add("nir", "char(15)", "national_id", lambda p: t.fake.ssn(), 0.3)
    t.add("antecedents", "text", "criminal", t.pick("vol simple (2016)", "conduite sous l'empire d'un état alcoolique", "néant", "escroquerie, sursis", "violences conjugales"), 0.3)
    t.add("qualification", "text", "criminal", t.pick("vol aggravé", "escroquerie", "recel", "usage de stupéfiants", "outrage", "abus de confiance"))
    t.add("photo_identite", "text", "photo", lambda p: f"/srv/photos/{plain(p.last)}_{t.rng.randint(1000, 9999)}.jpg", 0.3)
    t.add("immat", "text", "vehicle", t.pattern("??-###-??", "?? ### ??"), 0.4)
    t.add("passeport", "text", "identity_document", t.pattern("##??#####"), 0.6)
    t.add("juridiction", "text", None, t.pick("TJ Lyon", "TJ Lille", "TJ Nantes", "CA Rennes"))
    t.add("code_natinf", "integer", None, t.pick(7151, 7203, 10131, 1053))
    t.add("etat_dossier", "text", None, t.pick("en cours", "classé", "audiencé"))
    return t


def shipment():
    t = Table("pl_PL", 130)
    t.add("awb", "varchar(14)", None, t.pattern("JD0###########"))
    t.add("port_of_loading", "text", None, t.pick("Gdynia", "Hamburg", "Rotterdam", "Shanghai", "Valencia"))
    t.add("consignee", "text", "name", lambda p: p.name)
    t.add("cneePhone", "text", "phone", lambda p: t.fake.phone_number(), 0.1)
    t.add("deliverTo", "text", "address", lambda p: t.fake.address().replace("\n", ", "))
    t.add("driver_licence_no", "text", "identity_document", t.pattern("#####/##/####"), 0.3)
    t.add("carrier", "text", None, lambda p: t.rng.choice(["DHL", "InPost", "GLS", "Kowalski Transport Sp. z o.o.", "Raben"]))
    t.add("container_no", "varchar(11)", None, t.pattern("MSCU#######", "TGHU#######"), 0.3)
    t.add("incoterm", "char(3)", None, t.pick("DAP", "EXW", "DDP", "FCA"))
    t.add("handling_notes", "text", None, t.pick("Keep upright.", "Fragile, do not stack more than two pallets.", "Deliver to ramp 4 between 8 and 12.", "Customs papers are inside the box.",
                                                 "Cool chain 2-8 degrees, data logger in the parcel.", "Pallet was damaged, repacked at the hub."), 0.3)
    t.add("gross_kg", "numeric(8,1)", None, t.decimal(0.3, 800, 1))
    t.add("hs_code", "varchar(10)", None, t.pick("85171300", "61091000", "94036010"))
    t.add("vessel_name", "text", None, t.pick("MSC Anna", "Emma Maersk", "Ever Given", "Marco Polo", "Charlotte Schulte"), 0.3)
    return t


def mkt_contact():
    t = Table("lt_LT", 133)
    t.add("vardas", "text", "first_name", lambda p: p.first)
    t.add("value", "text", "phone", t.pattern("+370 6## #####", "86#######", "8 6## #####"), 0.2)
    t.add("insta", "text", "social_media", lambda p: "@" + p.user, 0.4)
    t.add("linkedin", "text", "social_media", lambda p: "https://www.linkedin.com/in/" + plain(p.first) + "-" + plain(p.last) + "-" + t.digits(6), 0.4)
    t.add("amziaus_grupe", "text", "age", t.pick("18-24", "25-34", "35-49", "50-64", "65+"), 0.2)
    t.add("utm_source", "text", None, t.pick("google", "newsletter", "facebook"))
    t.add("utm_campaign", "text", None, t.pick("spring_2023", "john_deere_promo", "black-friday"))
    t.add("lead_score", "integer", None, t.number(0, 100))
    t.add("opt_in", "boolean", None, t.flag(0.6))
    return t


# Tables of nobody.

def product():
    t = Table("en_US", 201)
    t.add("sku", "varchar(16)", None, t.pattern("??-#####-??", "??-####-S"))
    t.add("birthday_gift", "boolean", None, t.flag(0.2))
    t.add("ean13", "char(13)", None, lambda p: t.fake.ean13())
    t.add("product_name", "text", None, t.pick("Billy bookcase", "Charlotte chair", "Desk lamp Oslo", "Martin guitar strings", "Water bottle 0.5 l", "St. Moritz sweater", "USB-C cable"))
    t.add("brand", "text", None, t.pick("Calvin Klein", "Bosch", "Jack Daniel's", "Philips", "Paul Smith", "Acme"))
    t.add("colour", "text", None, t.pick("#ff8800", "red", "anthracite", "navy"))
    t.add("vat_rate", "numeric(4,2)", None, t.pick("19.00", "7.00", "21.00"))
    t.add("isbn", "varchar(17)", None, lambda p: t.fake.isbn13(), 0.6)
    t.add("manufacturer", "text", None, lambda p: t.fake.company())
    t.add("img_path", "text", None, t.pattern("/media/catalog/product/?/###.jpg"))
    t.add("descr", "text", None, t.pick("Solid oak, oiled. Easy to assemble.", "For indoor use only.", "Machine wash 30 degrees.", "Two years of guarantee."), 0.2)
    t.add("age_rating", "text", None, t.pick("3+", "6+", "12+", "18+"), 0.3)
    t.add("street_price", "numeric(10,2)", None, t.decimal(5, 500))
    return t


def region_stat():
    t = Table("en_GB", 202)
    t.add("nuts3", "char(5)", None, t.pattern("DE###", "FR###", "PL###"))
    t.add("city_population", "integer", None, t.number(2000, 900000))
    t.add("birth_rate", "numeric(4,1)", None, t.decimal(6, 14, 1))
    t.add("avg_income", "integer", None, t.number(11000, 48000))
    t.add("median_age", "numeric(4,1)", None, t.decimal(36, 49, 1))
    t.add("user_count", "integer", None, t.number(0, 40000))
    t.add("capital_city", "text", None, lambda p: t.fake.city())
    t.add("currency", "char(3)", None, t.pick("EUR", "PLN", "HUF", "SEK"))
    t.add("gender_pay_gap", "numeric(4,1)", None, t.decimal(1, 21, 1))
    t.add("religious_buildings", "integer", None, t.number(0, 300))
    t.add("health_spending_pct", "numeric(4,1)", None, t.decimal(5, 13, 1))
    return t


def form_config():
    t = Table("en_US", 203)
    t.add("form_key", "text", None, t.pattern("form_###"))
    t.add("label_fr", "text", None, t.pick("Prénom", "Nom", "Date de naissance", "Rue", "Courriel"))
    t.add("first_name_required", "boolean", None, t.flag())
    t.add("email_template", "text", None, t.pick("order_confirmation", "welcome_v2", "password_reset"))
    t.add("mail_server", "text", None, t.pick("smtp.example.com", "mx1.example.net", "relay.intern.example"))
    t.add("phone_format", "text", None, t.pick("+99 999 9999999", "(999) 999-9999"))
    t.add("password_min_length", "smallint", None, t.pick(8, 10, 12))
    t.add("address_bus", "text", None, t.pick("0x40", "0x41", "0x77"))
    t.add("gender_options", "text[]", None, t.pick("{m,f,d}", "{male,female,other}"))
    t.add("permission", "text", None, t.pick("users.read", "users.write", "orders.export"))
    t.add("feature_flag", "text", None, t.pick("new_checkout", "dark_mode", "beta_birthday_mail"))
    t.add("filter_sql", "text", None, t.pick("select id from users where email is null", "where country = 'DE' and age > 18", "order by last_name"))
    t.add("label_de", "text", None, t.pick("Vorname", "Nachname", "Geburtsdatum", "Straße", "Religion"))
    t.add("iban_check_enabled", "boolean", None, t.flag())
    return t


def app_log():
    t = Table("en_US", 204)
    t.add("lvl", "text", None, t.pick("INFO", "WARN", "ERROR", "DEBUG"))
    t.add("source_file", "text", None, t.pick("UserController.java:88", "AddressValidator.java:14", "main.py:210"))
    t.add("logger", "text", None, t.pick("com.example.user.UserService", "org.hibernate.SQL", "c.e.mail.Sender"))
    t.add("msg", "text", None, t.pick("Connection refused: connect", "NullPointerException in getName()", "Slow query (2310 ms)", "Cache miss for key 8812",
                                      "Job finished", "Invalid e-mail address"))
    t.add("host_name", "text", None, t.pattern("web-0#", "db-0#.int"))
    t.add("http_path", "text", None, t.pick("/api/v1/users", "/login", "/static/app.js", "/health"))
    t.add("commit_sha", "char(40)", None, lambda p: t.fake.sha1())
    t.add("branch_name", "text", None, t.pick("main", "feature/login", "fix/anna-typo", "release/4.2"))
    t.add("logged_at", "timestamptz", None, t.stamp(2023, 2023))
    t.add("username_length", "integer", None, t.number(3, 20))
    return t


def code_list():
    t = Table("en_GB", 205)
    t.add("icd_code", "varchar(8)", None, t.pick(*ICD10))
    t.add("tax_code", "char(2)", None, t.pick("V1", "A0", "E2"))
    t.add("holiday_name", "text", None, t.pick("St. Patrick's Day", "St. Stephen's Day", "May Day", "Martin Luther King Day"))
    t.add("icd_title", "text", None, t.pick("Type 2 diabetes mellitus", "Essential hypertension", "Asthma", "Depressive episode", "Low back pain", "Migraine"))
    t.add("job_title", "text", None, lambda p: t.fake.job())
    t.add("iso_country", "text", None, lambda p: t.fake.country())
    t.add("legal_entity", "text", None, lambda p: t.fake.company())
    t.add("entity_vat_no", "text", None, lambda p: t.fake.vat_id())
    t.add("union_rate", "numeric(5,2)", None, t.decimal(0.5, 2))
    t.add("bic", "varchar(11)", None, lambda p: t.fake.swift())
    t.add("street_type", "text", None, t.pick("Road", "Lane", "Avenue", "Close", "Square"))
    t.add("bank_name", "text", None, t.pick("Lloyds", "Barclays", "Sparkasse Köln", "ING"))
    return t


def weather_station():
    t = Table("en_US", 206)
    t.add("station_name", "text", None, t.pick("Zugspitze", "Helgoland", "St. Peter-Ording", "Hohenpeißenberg", "Feldberg"))
    t.add("st_lat", "numeric(8,5)", None, t.decimal(47, 55, 5))
    t.add("st_lon", "numeric(8,5)", None, t.decimal(6, 15, 5))
    t.add("temp_c", "numeric(4,1)", None, t.decimal(-20, 38, 1))
    t.add("fw", "text", None, t.pick("1.4.2", "1.5.0", "2.0.0.1"))
    t.add("serial_no", "text", None, t.pattern("WS-########"))
    t.add("raw", "text", None, lambda p: f"$WIMDA,29.7,I,1.{t.rng.randrange(100):03d},B,{t.rng.uniform(-9, 30):.1f},C*{t.rng.randrange(256):02X}")
    t.add("owner_org", "text", None, t.pick("Deutscher Wetterdienst", "Stadtwerke Kiel", "Uni Bonn"))
    return t


TABLES = (kunde, res_partner, wp_comments, empleados, anagrafica_pazienti, brp_persoon, medarbejder, elev, laboratoriotulos, clen_strany, dolgozo, asigurati, melos, lica,
          cliente_conta, pa0002, sales_order, helpdesk_ticket, user_entity, accounts, telemetry_event, import_2023_11, cust_mstr, study_participant, procedure_penale, shipment,
          mkt_contact, product, region_stat, form_config, app_log, code_list, weather_station)


def tables():
    """The tables: name -> columns, each its name, its SQL type, its label and its values."""
    return {make.__name__: make().columns for make in TABLES}
