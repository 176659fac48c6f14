"""The first corpus for gdpr_discover, made together with the detectors: tables as they are in shops, clinics, associations and logs, named in several languages, filled from a seed.

What is hard about it: columns whose names say nothing, things that
are written like something personal (product codes, order numbers, EANs that pass Luhn, versions like internet addresses), and the mail of a shop.
"""

import random
from datetime import date, timedelta

ROWS = 120

FIRST = {
    "en": "James Mary Robert Linda Oliver Amelia Jack Emily Harry Grace Thomas Alice".split(),
    "de": "Hans Sabine Jürgen Monika Lukas Lena Stefan Petra Felix Ursula Bernd Heike".split(),
    "fr": "Pierre Camille Jean François Chloé Julien Nathalie Luc Sylvie Théo Manon Hugo".split(),
    "es": "José Carmen Antonio Lucía Javier Pilar Alejandro Marta Sergio Elena Pablo Rocío".split(),
    "it": "Giuseppe Chiara Marco Francesca Luigi Giulia Matteo Elisa Paolo Silvia Davide Rosa".split(),
    "pl": "Piotr Agnieszka Krzysztof Małgorzata Łukasz Ewa Tomasz Zofia Marek Joanna Paweł Beata".split(),
    "nl": "Jan Sanne Pieter Fleur Daan Lotte Bram Anouk Kees Saskia Joost Femke".split(),
    "sv": "Lars Karin Björn Astrid Anders Ebba Nils Kerstin Gustav Maja Håkan Elsa".split(),
    "ro": "Andrei Ioana Mihai Elena Radu Mihaela Bogdan Raluca Vlad Oana Cosmin Simona".split(),
    "pt": "João Maria Tiago Beatriz Nuno Inês Rui Catarina Paulo Leonor Gonçalo Rita".split(),
}
LAST = {
    "en": "Smith Jones Taylor Whitmore Ashdown Walker Pemberton Hughes Blackwood Carter".split(),
    "de": "Müller Schmidt Oberhuber Weber Fischer Krahl Wagner Hoffmann Brandstetter Koch".split(),
    "fr": "Dubois Moreau Lefebvre Garnier Pelletier Rousseau Bonnet Charpentier Marchand Roux".split(),
    "es": "García López Martínez Sánchez Romero Navarro Iglesias Cordero Ortega Delgado".split(),
    "it": "Rossi Ferrari Bianchi Colombo Esposito Marchetti Zanetti Gallo Conti Rizzo".split(),
    "pl": "Nowak Kowalski Wiśniewska Zieliński Woźniak Mazur Grabowska Pawlak Sikora Dudek".split(),
    "nl": "Jansen Visser Bakker Dijkstra Mulder Hoekstra Brouwer Postma Smit Dekker".split(),
    "sv": "Andersson Johansson Lindqvist Nilsson Bergström Persson Sjöberg Holm Larsson Ek".split(),
    "ro": "Popescu Ionescu Radu Dumitru Stan Munteanu Constantinescu Dobre Marin Tudor".split(),
    "pt": "Silva Santos Ferreira Pereira Oliveira Costa Sousa Ribeiro Carvalho Teixeira".split(),
}
STREETS = {
    "en": "{n} High Street|{n} Station Road|{n} Church Lane", "de": "Hauptstraße {n}|Lindenweg {n}|Bahnhofstr. {n}", "fr": "{n} rue de la Paix|{n} avenue Foch|{n} chemin Vert",
    "es": "Calle Mayor {n}|Avenida del Sol {n}|Plaza Nueva {n}", "it": "Via Roma {n}|Piazza Dante {n}|Viale Europa {n}", "pl": "ul. Długa {n}|ul. Polna {n}|al. Róż {n}",
    "nl": "Kerkstraat {n}|Dorpsstraat {n}|Parklaan {n}", "sv": "Storgatan {n}|Skolvägen {n}|Kungsgatan {n}", "ro": "Strada Florilor {n}|Bulevardul Unirii {n}|Str. Lunga {n}", "pt": "Rua Augusta {n}|Avenida Central {n}|Travessa Nova {n}",
}
CITIES = "Berlin Paris Madrid Roma Kraków Utrecht Lund Cluj Porto Leeds Graz Lyon".split()
PHONES = {"en": "+44 20 7946 {:04}", "de": "+49 30 90{:05}", "fr": "06 12 {0:02} {1:02} {2:02}", "es": "+34 612 {:06}", "it": "+39 02 55{:05}", "pl": "+48 601 {:06}", "nl": "+31 6 12{:06}", "sv": "+46 70 12{:05}", "ro": "+40 721 {:06}", "pt": "+351 912 {:06}"}
PRODUCTS = "Chair Table Lamp Desk Shelf Mirror Basket Candle Blanket Kettle Mug Clock".split()
COLOURS = "Red Blue Green Oak White Black Grey Amber Walnut Silver".split()


class Made:
    """Values of one language."""

    def __init__(self, language, chance):
        self.language, self.chance = language, chance

    def digits(self, count):
        return "".join(str(self.chance.randrange(10)) for _ in range(count))

    def first(self):
        return self.chance.choice(FIRST[self.language])

    def last(self):
        return self.chance.choice(LAST[self.language])

    def name(self):
        return f"{self.first()} {self.last()}"

    def email(self):
        plain = f"{self.first()}.{self.last()}{self.chance.randrange(100)}".lower().encode("ascii", "ignore").decode()
        return f"{plain}@{self.chance.choice(['example.org', 'mail.example.com', 'post.example.net'])}"

    def phone(self):
        form = PHONES[self.language]
        return form.format(*(self.chance.randrange(100) for _ in range(3))) if "{0" in form else form.format(self.chance.randrange(10000))

    def street(self):
        return self.chance.choice(STREETS[self.language].split("|")).format(n=self.chance.randrange(1, 200))

    def city(self):
        return self.chance.choice(CITIES)

    def postcode(self):
        return self.digits(5)

    def day(self, start, end):
        return (date(start, 1, 1) + timedelta(days=self.chance.randrange((end - start) * 365))).isoformat()

    def born(self):
        return self.day(1935, 2005)

    def recent(self):
        return self.day(2021, 2026)

    def iban(self):
        country, length = self.chance.choice([("DE", 18), ("ES", 20), ("PL", 24), ("BE", 12)])
        bban = self.digits(length)
        if country == "BE":
            bban = bban[:10] + f"{int(bban[:10]) % 97 or 97:02}"
        if country == "ES":
            def control(digits):
                check = 11 - sum(int(d) * w for d, w in zip(digits, [1, 2, 4, 8, 5, 10, 9, 7, 3, 6])) % 11
                return {10: 1, 11: 0}.get(check, check)
            bban = bban[:8] + f"{control('00' + bban[:8])}{control(bban[10:])}" + bban[10:]
        value = int("".join(str(int(c, 36)) for c in f"{bban}{country}00"))
        return f"{country}{98 - value % 97:02}{bban}"

    def card(self):
        return with_luhn("4" + self.digits(14))

    def ip(self):
        return ".".join(str(self.chance.randrange(1, 255)) for _ in range(4))

    def place(self):
        return f"{self.chance.uniform(40, 60):.5f}, {self.chance.uniform(1, 25):.5f}"

    def birth_parts(self):
        day = date.fromisoformat(self.day(1940, 1999))
        return f"{day:%y%m%d}"

    def steuer_id(self):
        while True:
            digits = self.chance.sample(range(10), 10)
            digits[self.chance.randrange(1, 10)] = digits[0]
            if digits[0] and sorted(digits.count(d) for d in set(digits))[-2:] == [1, 2]:
                break
        product = 10
        for digit in digits:
            product = ((digit + product) % 10 or 10) * 2 % 11
        return "".join(map(str, digits)) + str((11 - product) % 10)

    def nir(self):
        body = f"{self.chance.choice('12')}{self.chance.randrange(100):02}{self.chance.randrange(1, 13):02}{self.chance.randrange(1, 95):02}{self.digits(6)}"
        return f"{body}{97 - int(body) % 97:02}"

    def codice_fiscale(self):
        letters = lambda count: "".join(self.chance.choice("BCDFGLMNPRST") for _ in range(count))
        body = f"{letters(6)}{self.digits(2)}{self.chance.choice('ABCDEHLMPRST')}{self.chance.randrange(1, 32):02}{letters(1)}{self.digits(3)}"
        value = lambda c: int(c) if c.isdigit() else ord(c) - 65
        odd = [1, 0, 5, 7, 9, 13, 15, 17, 19, 21, 2, 4, 18, 20, 11, 3, 6, 8, 12, 14, 16, 10, 22, 25, 24, 23]
        total = sum(odd[value(c)] if n % 2 == 0 else value(c) for n, c in enumerate(body))
        return body + chr(65 + total % 26)

    def dni(self):
        number = self.digits(8)
        return number + "TRWAGMYFPDXBNJZSQVHLCKE"[int(number) % 23]

    def pesel(self):
        body = self.birth_parts() + self.digits(4)
        return body + str(-sum(int(d) * w for d, w in zip(body, [1, 3, 7, 9] * 3)) % 10)

    def bsn(self):
        while True:
            body = str(self.chance.randrange(1, 9)) + self.digits(7)
            check = sum(int(d) * w for d, w in zip(body, range(9, 1, -1))) % 11
            if check < 10:
                return body + str(check)

    def belgian(self):
        body = self.birth_parts() + f"{self.chance.randrange(1, 998):03}"
        return f"{body}{97 - int(body) % 97:02}"

    def personnummer(self):
        value = with_luhn(self.birth_parts() + self.digits(3))
        return f"{value[:6]}-{value[6:]}"

    def nif(self):
        body = self.chance.choice("12") + self.digits(7)
        check = 11 - sum(int(d) * w for d, w in zip(body, range(9, 1, -1))) % 11
        return body + str(check if check < 10 else 0)

    def cnp(self):
        body = self.chance.choice("12") + self.birth_parts() + f"{self.chance.randrange(1, 47):02}" + self.digits(3)
        check = sum(int(d) * w for d, w in zip(body, [2, 7, 9, 1, 4, 6, 3, 5, 8, 2, 7, 9])) % 11
        return body + str(1 if check == 10 else check)

    def product(self):
        return f"{self.chance.choice(COLOURS)} {self.chance.choice(PRODUCTS)} {self.chance.randrange(20, 90)}"

    def sentence(self):
        return self.chance.choice(["The parcel arrived late.", "Please ring twice before you leave it.", "No further questions for now.", "All items were complete and intact.", "Delivery was moved to the next week."])

    def note(self):
        kind = self.chance.randrange(6)
        if kind == 0:
            return f"Called back on {self.phone()}, wants a refund."
        if kind == 1:
            return f"Please write to {self.email()} instead."
        if kind == 2:
            return f"Talked to {self.name()} about it."
        return self.sentence()

    def ean(self):
        """An article number (13 digits) that passes Luhn besides."""
        while True:
            body = "4" + self.digits(11)
            value = body + str(-sum(int(d) * (3 if n % 2 else 1) for n, d in enumerate(body)) % 10)
            if with_luhn(value[:-1]) == value:
                return value


def with_luhn(digits):
    total = sum(sum(divmod(int(d) * (2 if n % 2 == 0 else 1), 10)) for n, d in enumerate(reversed(digits)))
    return digits + str(-total % 10)


def quoted(text):
    return '"' + text.replace('"', '\\"') + '"'


def tables():
    """name -> [(column, type, label, values)]"""
    chance = random.Random(2016679)
    made = {language: Made(language, chance) for language in FIRST}
    found = {}

    def table(name, language, *columns):
        source = made[language]
        rows = [[make(source, n) if callable(make) else make for *_, make in columns] for n in range(ROWS)]
        found[name] = [(column, kind, label, [row[place] for row in rows]) for place, (column, kind, label, _) in enumerate(columns)]

    of = lambda method: lambda source, n: getattr(source, method)()
    one = lambda *values: lambda source, n: chance.choice(values)
    number = lambda low, high: lambda source, n: str(chance.randrange(low, high))
    serial = ("id", "int", None, lambda source, n: str(n + 1))

    # Persons, in ten languages, by columns that are called what they are.
    table("customer", "en", serial, ("first_name", "text", "first_name", of("first")), ("last_name", "text", "last_name", of("last")), ("email", "text", "email", of("email")), ("phone", "text", "phone", of("phone")),
          ("street", "text", "street", of("street")), ("city", "text", "city", of("city")), ("postal_code", "text", "postcode", of("postcode")), ("country", "char(2)", "country", one("DE", "FR", "GB")), ("date_of_birth", "date", "birth_date", of("born")),
          ("notes", "text", "free_text", of("note")), ("newsletter", "boolean", None, one("t", "f")), ("created_at", "timestamptz", None, of("recent")), ("loyalty_points", "int", None, number(0, 900)), ("segment", "text", None, one("A", "B", "C")))
    table("kunden", "de", serial, ("vorname", "text", "first_name", of("first")), ("nachname", "text", "last_name", of("last")), ("e_mail", "varchar(80)", "email", of("email")), ("telefonnummer", "text", "phone", of("phone")), ("straße", "text", "street", of("street")),
          ("plz", "text", "postcode", of("postcode")), ("ort", "text", "city", of("city")), ("geburtsdatum", "date", "birth_date", of("born")), ("steuer_id", "text", "national_id", of("steuer_id")), ("konfession", "text", "religion", one("ev", "rk", "ohne")),
          ("kontonummer", "text", "bank_account", lambda source, n: source.digits(10)), ("rabatt", "numeric", None, number(0, 20)), ("angelegt_am", "timestamp", None, of("recent")), ("kundengruppe", "text", None, one("Handel", "Privat")))
    table("adherents", "fr", serial, ("prénom", "text", "first_name", of("first")), ("nom_de_famille", "text", "last_name", of("last")), ("courriel", "text", "email", of("email")), ("portable", "text", "phone", of("phone")), ("numero_securite_sociale", "text", "national_id", of("nir")),
          ("date_naissance", "date", "birth_date", of("born")), ("syndicat", "text", "union", one("CFDT", "CGT", None)), ("cotisation", "numeric", None, number(20, 90)), ("actif", "boolean", None, one("t", "f")))
    table("clientes", "es", serial, ("nombre", "text", "name", of("name")), ("apellidos", "text", "last_name", of("last")), ("dni", "text", "national_id", of("dni")), ("correo", "text", "email", of("email")), ("teléfono", "text", "phone", of("phone")), ("dirección", "text", "address", of("street")),
          ("saldo", "numeric", None, number(0, 9000)), ("fecha_alta", "date", None, of("recent")))
    table("pazienti", "it", serial, ("nome", "text", "name", of("first")), ("cognome", "text", "last_name", of("last")), ("codice_fiscale", "char(16)", "national_id", of("codice_fiscale")), ("data_nascita", "date", "birth_date", of("born")), ("diagnosi", "text", "health", one("J45", "I10", "E11")),
          ("gruppo_sanguigno", "text", "health", one("A", "B", "0")), ("reparto", "text", None, one("Nord", "Sud")))
    table("pracownicy", "pl", serial, ("imię", "text", "first_name", of("first")), ("nazwisko", "text", "last_name", of("last")), ("pesel", "char(11)", "national_id", of("pesel")), ("wynagrodzenie", "numeric", "income", number(4000, 20000)), ("wyznanie", "text", "religion", one("x", "y")),
          ("etat", "numeric", None, one("1", "0.5")), ("dział", "text", None, one("IT", "HR", "FI")))
    table("medewerkers", "nl", serial, ("voornaam", "text", "first_name", of("first")), ("achternaam", "text", "last_name", of("last")), ("bsn", "text", "national_id", of("bsn")), ("rekeningnummer", "text", "bank_account", of("iban")), ("salaris", "numeric", "income", number(2000, 9000)), ("afdeling", "text", None, one("A", "B")))
    table("medlemmar", "sv", serial, ("förnamn", "text", "first_name", of("first")), ("efternamn", "text", "last_name", of("last")), ("personnummer", "text", "national_id", of("personnummer")), ("e_post", "text", "email", of("email")), ("avgift", "int", None, number(100, 900)))
    table("angajati", "ro", serial, ("prenume", "text", "first_name", of("first")), ("nume", "text", "name", of("last")), ("cnp", "text", "national_id", of("cnp")), ("salariu", "numeric", "income", number(3000, 9000)), ("departament", "text", None, one("A", "B")))
    table("utilizadores", "pt", serial, ("nome_completo", "text", "name", of("name")), ("nif", "text", "national_id", of("nif")), ("telemóvel", "text", "phone", of("phone")), ("morada", "text", "street", of("street")), ("idioma", "text", None, one("pt", "en")))
    table("person_be", "nl", serial, ("rijksregisternummer", "text", "national_id", of("belgian")), ("naam", "text", "name", of("name")))
    # What is forbidden to process.
    table("survey_response", "en", serial, ("respondent_ref", "int", None, number(1, 9999)), ("ethnic_origin", "text", "ethnicity", one("a", "b", "c")), ("sexual_orientation", "text", "sexual_life", one("a", "b")), ("political_party", "text", "political", one("a", "b")), ("trade_union_member", "boolean", "union", one("t", "f")),
          ("criminal_record", "boolean", "criminal", one("t", "f")), ("fingerprint", "bytea", "biometric", "\\x00"), ("dna_profile", "text", "genetic", of("postcode")), ("pregnant", "boolean", "health", one("t", "f")), ("score", "int", None, number(0, 10)), ("answered_at", "timestamptz", None, of("recent")))
    # Columns that are called nothing: only the values tell.
    for language in ("de", "fr", "pl", "it"):
        table(f"import_{language}", language, ("c1", "text", "name", of("name")), ("c2", "text", "email", of("email")), ("c3", "text", "phone", of("phone")), ("c4", "text", "iban", of("iban")), ("c5", "text", "street", of("street")), ("c6", "text", None, of("product")),
              ("c7", "text", None, one("open", "closed")), ("c8", "text", "free_text", of("note")), ("c9", "text", None, of("sentence")))
    table("legacy_ids", "en", ("a", "text", "national_id", of("steuer_id")), ("b", "text", "national_id", of("nir")), ("c", "text", "national_id", of("codice_fiscale")), ("d", "text", "national_id", of("dni")), ("e", "text", "national_id", of("pesel")), ("f", "text", "national_id", of("bsn")),
          ("g", "text", "national_id", of("belgian")), ("h", "text", "national_id", of("personnummer")), ("i", "text", "national_id", of("nif")), ("j", "text", "national_id", of("cnp")), ("k", "text", "payment_card", of("card")), ("l", "bigint", "national_id", of("pesel")),
          ("m", "text", None, lambda source, n: source.digits(11)), ("n", "text", None, lambda source, n: source.digits(9)), ("o", "text", None, lambda source, n: source.digits(16)), ("p", "text", None, lambda source, n: source.digits(13)))
    # Inside documents and arrays.
    table("event_log", "de", serial, ("payload", "jsonb", "email", lambda source, n: f'{{"actor": {{"email": {quoted(source.email())}}}, "n": {n}}}'), ("settings", "jsonb", None, one('{"theme": "dark", "size": 3}', '{"theme": "light", "size": 5}')),
          ("recipients", "text[]", "email", lambda source, n: f'{{{quoted(source.email())},{quoted(source.email())}}}'), ("labels", "text[]", None, one('{"new","open"}', '{"done"}')), ("context", "json", "ip", lambda source, n: f'{{"request": {{"remote": {quoted(source.ip())}}}}}'),
          ("directory", "jsonb", "email", lambda source, n: f'{{{quoted(source.email())}: {{"x": {quoted(source.email())}}}}}'))
    table("access_log", "en", serial, ("client_ip", "inet", "ip", of("ip")), ("origin", "text", "ip", of("ip")), ("user_agent", "text", "device", one("curl/8.1", "Mozilla/5.0 (X11)")), ("path", "text", None, one("/a", "/b/c")), ("status_code", "int", None, one("200", "404")), ("bytes", "bigint", None, number(100, 90000)),
          ("app_version", "text", None, lambda source, n: f"{chance.randrange(1, 6)}.{chance.randrange(20)}.{chance.randrange(10)}.{chance.randrange(300)}"), ("request_id", "uuid", None, lambda source, n: f"{chance.getrandbits(128):032x}"))
    table("trip", "en", serial, ("pickup", "text", "coordinates", of("place")), ("gps_position", "point", "coordinates", lambda source, n: f"({source.place()})"), ("fare", "numeric", None, number(5, 90)), ("distance_km", "numeric", None, number(1, 40)))
    table("account", "en", serial, ("username", "text", "user_name", lambda source, n: f"user{n}"), ("password_hash", "text", "password", lambda source, n: f"{chance.getrandbits(128):032x}"), ("email_verified", "boolean", None, one("t", "f")), ("phone_type", "text", None, one("home", "work")), ("email_count", "int", None, number(0, 9)),
          ("last_login_ip", "text", "ip", of("ip")), ("avatar", "bytea", "photo", "\\x00"), ("plan", "text", None, one("free", "pro")), ("login_count", "int", None, number(0, 900)), ("card_number", "text", "payment_card", of("card")))
    # Things.
    table("product", "en", serial, ("name", "text", None, of("product")), ("sku", "text", None, lambda source, n: f"AB-{source.digits(6)}-X"), ("ean", "char(13)", None, of("ean")), ("description", "text", None, of("sentence")), ("price", "numeric(10,2)", None, lambda source, n: f"{chance.randrange(1, 900)}.{source.digits(2)}"), ("weight", "int", None, number(100, 5000)), ("height", "int", None, number(1, 90)),
          ("brand", "text", None, one("Ikea", "Ford", "Sony")), ("image_url", "text", None, lambda source, n: f"/img/logo{n}@2x.png"), ("firmware", "text", None, lambda source, n: f"{chance.randrange(1, 9)}.{chance.randrange(9)}.{chance.randrange(9)}.{chance.randrange(20)}"), ("released_on", "date", None, of("recent")))
    table("article_box", "en", serial, ("code", "text", None, of("ean")), ("gtin", "text", None, lambda source, n: "0" + source.ean()), ("imei_like", "text", None, lambda source, n: with_luhn("35" + source.digits(12))), ("batch_no", "text", None, lambda source, n: f"L{source.digits(8)}"), ("tracking_number", "text", None, lambda source, n: source.digits(12)))
    table("orders", "en", serial, ("order_number", "text", None, lambda source, n: f"2024-{n:06}"), ("invoice_no", "bigint", None, lambda source, n: str(10_000_000_000 + n)), ("total", "numeric", None, number(5, 900)), ("ordered_at", "timestamptz", None, of("recent")), ("shipping_address", "text", "address", of("street")),
          ("shipping_city", "text", "city", of("city")), ("status", "text", None, one("new", "paid", "sent")), ("currency", "char(3)", None, one("EUR", "PLN")), ("remark", "text", "free_text", of("note")), ("delivery_code", "text", None, lambda source, n: source.digits(6)))
    table("shop", "en", serial, ("name", "text", None, one("Corner Shop", "Market Hall", "Old Mill")), ("contact_email", "text", None, one("info@shop.example.com", "sales@market.example.org", "contact@mill.example.net")), ("opening_hours", "text", None, one("9-17", "10-18")), ("vat_rate", "numeric", None, one("7", "19")), ("city", "text", None, of("city")))
    table("country", "en", serial, ("name", "text", None, one("France", "Poland", "Spain", "Sweden")), ("iso_code", "char(2)", None, one("FR", "PL")), ("capital", "text", None, of("city")), ("population", "bigint", None, number(10 ** 6, 10 ** 8)))
    table("software_release", "en", serial, ("version", "text", None, lambda source, n: f"{chance.randrange(1, 9)}.{chance.randrange(300)}.{chance.randrange(9)}.{chance.randrange(20)}"), ("checksum", "text", None, lambda source, n: f"{chance.getrandbits(160):040x}"), ("notes_url", "text", None, one("https://example.org/a", "https://example.org/b")), ("ip_version", "int", None, one("4", "6")), ("host_name", "text", None, one("db-1", "web-2")))
    table("film", "en", serial, ("title", "text", None, lambda source, n: f"{chance.choice(COLOURS).upper()} {chance.choice(PRODUCTS).upper()}"), ("summary", "text", None, of("sentence")), ("release_year", "int", None, number(1950, 2020)), ("treatment", "text", None, of("sentence")), ("race", "text", None, one("1st", "2nd")), ("rating", "text", None, one("PG", "G")), ("length_min", "int", None, number(60, 200)))
    table("sensor", "en", serial, ("serial_number", "text", None, lambda source, n: f"{100000000 + n}"), ("reading", "double precision", None, lambda source, n: f"{chance.uniform(0, 100):.6f}"), ("firmware_version", "text", None, one("1.0.3.2", "2.1.0.7")), ("measured_at", "timestamptz", None, of("recent")), ("batch", "uuid", None, lambda source, n: f"{chance.getrandbits(128):032x}"))
    table("template", "en", serial, ("email_subject", "text", None, one("Your order", "Welcome")), ("email_template", "text", None, one("order", "welcome")), ("body", "text", None, of("sentence")), ("language", "text", None, one("en", "de")))
    return found
