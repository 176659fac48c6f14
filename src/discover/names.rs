//! What a column holds, by its name: words of the languages of the EU, per category.

use super::category::Category::{self, *};
use crate::mask::infer::words;
use std::collections::HashMap;
use std::sync::LazyLock;

/// How sure the likely words are.
const LIKELY: f64 = 0.7;

/// What can be in a column of a type.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Form {
    Text,
    Number,
    Date,
    Bool,
    Inet,
    Bytes,
    /// json, and places inside it that hold nothing else
    Document,
    Point,
    Other,
}

/// Words of the languages of the EU: blocks of `[category weight]`, in which each line is of a language.
const WORDS: &str = include_str!("words.txt");

/// The blocks: a category, how sure its words are, and the words.
fn blocks() -> impl Iterator<Item = (Category, f64, impl Iterator<Item = &'static str>)> {
    WORDS.split("\n[").skip(1).filter_map(|block| {
        let (head, lines) = block.split_once("]\n")?;
        let (category, weight) = head.split_once(' ')?;
        let words = lines.lines().filter_map(|line| line.split_once(": "));
        let words = words.flat_map(|(_, words)| words.split_whitespace());
        Some((Category::of_name(category)?, weight.parse().ok()?, words))
    })
}

/// Behind the word that says what it is, these change nothing.
const QUALIFIERS: &str = "number no nr num nummer numero id value text string raw old new current previous last primary secondary main home work private business alt other \
    encrypted enc hash hashed plain normalized lower line first given full en de fr of the person user customer at";

/// Behind it, these say that it is about the thing and not the thing itself: `email_verified`, `phone_type`.
const ABOUT: &str = "verified verification confirmed confirmation count counter total type kind status state template templates sent valid validated enabled disabled flag format length \
    opt optin consent allowed required visible preference subject server provider domain prefix created updated changed expires expiry expired requested attempts policy list group queue \
    job jobs log path size width column field label table class category rate level score version reset code codes fk ref zone offset index position order per limit min max avg sum \
    kod kode kood koodi kodas typ tipo tyyppi";

/// In front of it: whatever it is called, it is no person's.
const OF_THINGS: &str = "product item article file document table column field category company organisation organization shop store branch domain host server service app application \
    event campaign project brand avg average mean median model template role group team city country language currency genre film movie album track playlist media page site class type status package plan \
    produkt artikel firma projekt produit fichier entreprise societe producto archivo empresa prodotto azienda produto bedrijf produkty plik bestand datei schema tag label key display order \
    unit task step sensor device image video font line screen warehouse room building school hotel station airport port tax bank ship vessel game book song publisher manufacturer supplier vendor tracking";

/// Tables of persons.
const PERSONS: &str = "customer client user person people patient employee staff member contact guest student teacher pupil actor author subscriber applicant candidate driver tenant resident citizen donor visitor \
    passenger participant voter lead prospect human individual profile account recipient beneficiary parent child crew player doctor nurse buyer seller owner attendee volunteer reader borrower insured personnel worker civilian admin \
    kunde kunden mitarbeiter mitarbeiterin benutzer nutzer personen patienten mitglied mitglieder schueler kontakt kontakte bewerber fahrer mieter versicherter angestellte client clients personne personnes utilisateur utilisateurs employe employes salarie adherent eleve \
    cliente clientes usuario usuarios persona personas empleado empleados paciente pacientes socio alumno clienti utente utenti persone dipendente dipendenti paziente pazienti iscritto utilizador utilizadores funcionario pessoa pessoas \
    klant klanten gebruiker gebruikers medewerker medewerkers personen patient lid leden klient klienci uzytkownik uzytkownicy pracownik pracownicy osoba osoby pacjent pacjenci angajat angajati utilizator utilizatori persoana persoane kund kunder anvandare anstalld anstallda personer medlem medlemmar \
    bruger medarbejder asiakas asiakkaat kayttaja kayttajat tyontekija henkilo henkilot potilas zakaznik zakaznici uzivatel uzivatele zamestnanec zamestnanci ugyfel ugyfelek felhasznalo dolgozo szemely kupac korisnik korisnici zaposlenik djelatnik pelatis pelates christis";

/// Tables of things, in which a name or a description is nobody's.
const THINGS: &str = "code lookup catalogue catalog dictionary stat station product item article category genre country city language currency film movie album track playlist media mediatype inventory warehouse shop store branch brand role permission status type setting config configuration migration version \
    template page artist tag unit color colour size tax region company supplier vendor organisation organization department team project task campaign plan package feature device server host host route schedule report file document image \
    produkt produkte artikel kategorie land laender stadt sprache firma produit produits categorie pays ville langue entreprise producto productos categoria pais ciudad idioma empresa prodotto prodotti paese citta lingua azienda produto produtos produkty kategoria kraj miasto";

static BY_WORD: LazyLock<HashMap<String, (Category, f64)>> = LazyLock::new(|| {
    let mut known = HashMap::new();
    for (category, weight, written) in blocks() {
        for word in written {
            // What is sure in one language is not made vague by another.
            let entry = known
                .entry(words(word).concat())
                .or_insert((category, weight));
            if entry.1 < weight {
                *entry = (category, weight);
            }
        }
    }
    known
});

fn has(list: &str, word: &str) -> bool {
    list.split_whitespace()
        .any(|known| known == word || word.strip_suffix('s') == Some(known))
}

/// What a table is of, by its name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Of {
    Persons,
    Things,
    Unknown,
}

/// The last word that says something decides: `customer_type` is of types.
pub fn table(name: &str) -> Of {
    let of_word = |word: &String| {
        let singular = word.strip_suffix("ies").map(|stem| format!("{stem}y"));
        let word = singular.as_deref().unwrap_or(word);
        match word {
            word if has(PERSONS, word) => Some(Of::Persons),
            word if has(THINGS, word) => Some(Of::Things),
            _ => None,
        }
    };
    words(name)
        .iter()
        .rev()
        .find_map(of_word)
        .unwrap_or(Of::Unknown)
}

/// What a column seems to hold, and how sure that is.
pub fn column(name: &str, form: Form) -> Option<(Category, f64)> {
    let words = words(name);
    if words.iter().any(|word| word == "mac") && words.len() > 1 {
        return Some((Device, LIKELY));
    }
    let count = words.len();
    let mut best: Option<(Category, f64)> = None;
    for last in (0..count).rev() {
        for first in 0..=last {
            let Some((category, weight)) = known(&words[first..=last].concat()) else {
                continue;
            };
            let weight = weight * in_front(category, &words[..first]) * behind(&words[last + 1..]);
            if weight > best.map_or(0.05, |(_, best)| best) && suits(category, form) {
                best = Some((category, weight));
            }
        }
    }
    best
}

/// A word of the lists, in the plural too; or, of long ones, what ends with it: `privatanschrift`.
fn known(word: &str) -> Option<(Category, f64)> {
    if let Some(known) = known_whole(word) {
        return Some(known);
    }
    (2..word.len().saturating_sub(7))
        .filter_map(|place| word.get(place..))
        .find_map(|end| BY_WORD.get(end))
        .map(|(category, weight)| (*category, weight * 0.9))
}

/// Nothing but words of these lists, and no number: said by whoever made the schema, whatever it is the name of.
pub fn is_known(name: &str) -> bool {
    let words = words(name);
    let is_word = |word: &String| {
        word.len() > 2
            && (known_whole(word).is_some()
                || [QUALIFIERS, ABOUT, OF_THINGS]
                    .iter()
                    .any(|list| has(list, word)))
    };
    let is_one = || {
        (0..words.len()).any(|first| {
            known_whole(&words[first..].concat()).is_some() && words[..first].iter().all(is_word)
        })
    };
    !name.chars().any(|c| c.is_ascii_digit())
        && !words.is_empty()
        && (words.iter().all(is_word) || is_one())
}

fn known_whole(word: &str) -> Option<(Category, f64)> {
    let singular = || word.strip_suffix('s').and_then(|word| BY_WORD.get(word));
    BY_WORD.get(word).or_else(singular).copied()
}

fn in_front(category: Category, words: &[String]) -> f64 {
    if words.iter().any(|word| has(OF_THINGS, word)) {
        return 0.3;
    }
    let is_vague_name = category == Name && !words.is_empty();
    match words.last() {
        Some(word) if is_vague_name && has(PERSONS, word) => 2.0,
        Some(_) if is_vague_name => 0.6,
        _ => 1.0,
    }
}

fn behind(words: &[String]) -> f64 {
    if words.iter().any(|word| has(ABOUT, word)) {
        return 0.0;
    }
    match words.iter().all(|word| has(QUALIFIERS, word)) {
        true => 1.0,
        false => 0.5,
    }
}

/// A value of the category can be of the type.
fn suits(category: Category, form: Form) -> bool {
    use Form::*;
    if category.article().is_some() {
        return true;
    }
    match category {
        Email | FirstName | LastName | Name | Street | Address | City | Postcode | Country
        | BirthPlace | Nationality | Iban | UserName | SocialMedia | FreeText | Employment => {
            matches!(form, Text | Document) || category == Postcode && form == Number
        }
        Phone | NationalId | IdentityDocument | TaxNumber | BankAccount | PaymentCard | Vehicle => {
            matches!(form, Text | Number | Document)
        }
        BirthDate => matches!(form, Text | Date | Number | Document),
        Age | Income => matches!(form, Number | Text | Document),
        Gender | FamilyStatus => matches!(form, Text | Number | Bool | Document | Other),
        Password => matches!(form, Text | Bytes | Document),
        Ip => matches!(form, Text | Inet | Document),
        Device => matches!(form, Text | Inet | Other | Document),
        Coordinates => matches!(form, Number | Point | Text | Document),
        Photo => matches!(form, Text | Bytes | Document),
        _ => true,
    }
}

/// In the name of a column: its values are numbers of things, however they add up.
pub fn is_of_things(name: &str) -> bool {
    const WORDS: &str = "version release build sku ean gtin isbn issn upc barcode serial article product item order invoice price amount total quantity tracking shipment parcel batch lot code checksum hash imei \
        bestellnummer artikelnummer rechnungsnummer preis betrag menge commande facture prix montant pedido factura precio ordine fattura prezzo zamowienie faktura cena produktnummer seriennummer uuid guid revision";
    words(name).iter().any(|word| has(WORDS, word))
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::HashSet;

    fn of(name: &str) -> Option<Category> {
        column(name, Form::Text)
            .filter(|(_, weight)| *weight >= 0.3)
            .map(|(category, _)| category)
    }

    #[test]
    fn columns_of_many_languages() {
        for (name, category) in [
            ("email", Email),
            ("E-Mail", Email),
            ("work_email_address", Email),
            ("courriel", Email),
            ("sähköposti", Email),
            ("имейл", Email),
            ("firstName", FirstName),
            ("Vorname", FirstName),
            ("prénom", FirstName),
            ("imię", FirstName),
            ("keresztnév", FirstName),
            ("surname", LastName),
            ("příjmení", LastName),
            ("επώνυμο", LastName),
            ("διεύθυνση", Address),
            ("Ημερομηνία γέννησης", BirthDate),
            ("гражданство", Nationality),
            ("kodakondsus", Nationality),
            ("szül_idő", BirthDate),
            ("fødested", BirthPlace),
            ("måneds_løn", Income),
            ("kraujo_grupė", Health),
            ("talruņa_numurs", Phone),
            ("číslo účtu", BankAccount),
            ("date of birth", BirthDate),
            ("GBDAT", BirthDate),
            ("customer_name", Name),
            ("name", Name),
            ("phone2", Phone),
            ("numer_telefonu", Phone),
            ("telefoonnummer", Phone),
            ("privatanschrift", Address),
            ("address_line_1", Address),
            ("date_of_birth", BirthDate),
            ("geburtsdatum", BirthDate),
            ("datum_narození", BirthDate),
            ("geb_dat", BirthDate),
            ("codice_fiscale", NationalId),
            ("pesel", NationalId),
            ("personnummer", NationalId),
            ("steuer_id", NationalId),
            ("rodné číslo", NationalId),
            ("iban", Iban),
            ("kreditkartennummer", PaymentCard),
            ("card_number", PaymentCard),
            ("passwort_hash", Password),
            ("client_ip", Ip),
            ("religion", Religion),
            ("konfession", Religion),
            ("wyznanie", Religion),
            ("ethnic_origin", Ethnicity),
            ("gewerkschaft", Union),
            ("political_party", Political),
            ("sexual_orientation", SexualLife),
            ("fingerabdruck", Biometric),
            ("dna_profile", Genetic),
            ("vorstrafen", Criminal),
            ("criminal_record", Criminal),
            ("blutgruppe", Health),
            ("diagnosis", Health),
            ("groupe_sanguin", Health),
            ("mac_address", Device),
            ("emails", Email),
            ("sex", Gender),
            ("zip", Postcode),
        ] {
            assert_eq!(of(name), Some(category), "{name} {:?}", words(name));
        }
    }

    #[test]
    fn columns_of_things() {
        for name in [
            "",
            "id",
            "product_name",
            "file_name",
            "email_verified",
            "phone_type",
            "email_count",
            "company_name",
            "created_at",
            "status",
            "price",
            "quantity",
            "sku",
            "title",
            "image_height",
            "table_name",
            "hostname",
            "filename",
            "address_type",
            "password_reset_expires",
            "ip_version",
        ] {
            assert_eq!(of(name), None, "{name}");
        }
    }

    #[test]
    fn the_type_must_suit() {
        assert_eq!(column("email", Form::Bool), None);
        assert_eq!(column("phone", Form::Date), None);
        assert_eq!(column("geburtsdatum", Form::Bytes), None);
        assert!(column("pregnant", Form::Bool).is_some());
        assert!(column("phone", Form::Number).is_some());
        assert!(column("latitude", Form::Number).is_some());
    }

    #[test]
    fn tables() {
        for (name, of) in [
            ("customer", Of::Persons),
            ("customers", Of::Persons),
            ("CustomerList", Of::Persons),
            ("pracownicy", Of::Persons),
            ("product", Of::Things),
            ("categories", Of::Things),
            ("customer_type", Of::Things),
            ("xyz", Of::Unknown),
        ] {
            assert_eq!(table(name), of, "{name}");
        }
    }

    #[test]
    fn all_words_are_read() {
        let heads = WORDS.lines().filter(|line| line.starts_with('['));
        assert_eq!(blocks().count(), heads.count());
        let is_read = |line: &str| {
            line.is_empty()
                || line.starts_with(['#', '['])
                || line.get(2..4) == Some(": ") && line.len() > 4
        };
        assert!(WORDS.lines().all(is_read));
        for (category, weight, written) in blocks() {
            assert!((0.1..=0.9).contains(&weight));
            for word in written {
                let read = words(word).concat();
                assert!(read.len() > 1, "{word} of {}", category.name());
                assert!(!word.contains(|c: char| c.is_ascii_digit()), "{word}");
            }
        }
        let all: HashSet<Category> = blocks().map(|(category, ..)| category).collect();
        assert_eq!(all.len(), Category::ALL.len());
    }
}
