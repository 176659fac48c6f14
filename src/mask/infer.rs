//! The kind of value that a column holds, by its name.

use super::kind::Kind;
use deunicode::deunicode;

impl Kind {
    /// Reads a column's name as words (`billing_zip_code`, `customerEmail`, `Straße 2`); the last ones of them decide.
    pub fn infer(column: &str) -> Option<Self> {
        let words = words(column);
        if words.iter().any(|word| word == "mac") {
            return None;
        }
        (0..words.len())
            .map(|first| &words[first..])
            // Of what a `..._name` is, only the words before it can tell.
            .filter(|last| last.len() == words.len() || *last != ["name"])
            .find_map(|last| of_words(&last.concat()))
    }
}

/// In lower-case ASCII, without numbers.
pub fn words(column: &str) -> Vec<String> {
    let mut words = vec![String::new()];
    let mut after_lower = false;
    for c in deunicode(column).chars() {
        let starts = c.is_ascii_uppercase() && after_lower;
        after_lower = c.is_ascii_lowercase();
        if starts || !c.is_ascii_alphabetic() {
            words.push(String::new());
        }
        if let Some(word) = words.last_mut().filter(|_| c.is_ascii_alphabetic()) {
            word.push(c.to_ascii_lowercase());
        }
    }
    words.retain(|word| !word.is_empty() && word != "line" && word != "zeile");
    words
}

/// The kind that words stand for, written as one.
fn of_words(words: &str) -> Option<Kind> {
    let kind = match words {
        "name" | "fullname" | "personname" | "customername" | "contactname" | "clientname"
        | "patientname" | "employeename" | "membername" | "ownername" | "holdername"
        | "accountholder" | "recipient" | "recipientname" | "sendername" | "receivername"
        | "guestname" | "drivername" | "cardholdername" | "childname" | "spousename"
        | "studentname" | "teachername" | "doctorname" | "buyername" | "sellername"
        | "authorname" | "billingname" | "shippingname" | "displayname" | "realname"
        | "legalname" | "contactperson" | "kontakt" | "ansprechpartner" | "kontoinhaber"
        | "nomcomplet" | "nombrecompleto" | "nomecompleto" | "nominativo" | "volledigenaam"
        | "naam" | "adsoyad" => Kind::Name,
        "firstname" | "fname" | "givenname" | "forename" | "vorname" | "rufname" | "prenom"
        | "nombre" | "nome" | "voornaam" | "imie" | "fornavn" | "fornamn" | "etunimi"
        | "middlename" | "zweitname" => Kind::FirstName,
        "lastname" | "lname" | "surname" | "familyname" | "maidenname" | "birthname"
        | "nachname" | "zuname" | "familienname" | "geburtsname" | "nom" | "nomdefamille"
        | "apellido" | "apellidos" | "cognome" | "sobrenome" | "apelido" | "achternaam"
        | "nazwisko" | "etternavn" | "efternamn" | "efternavn" | "sukunimi" | "soyad" => {
            Kind::LastName
        }
        "email" | "mail" | "emailaddress" | "emailaddr" | "mailaddress" | "emailadresse"
        | "mailadresse" | "courriel" | "correo" | "correoelectronico" | "eposta" | "epost"
        | "sahkoposti" => Kind::Email,
        "phone" | "phonenumber" | "phoneno" | "phonenr" | "telephone" | "telephonenumber"
        | "tel" | "telno" | "telnr" | "telefon" | "telefonnummer" | "telefonnr" | "telefono"
        | "telefone" | "telefoon" | "telefoonnummer" | "mobile" | "mobilenumber" | "mobileno"
        | "mobil" | "mobilnummer" | "mobiltelefon" | "handy" | "handynummer" | "cell"
        | "cellphone" | "cellnumber" | "cellulare" | "portable" | "celular" | "movil"
        | "msisdn" | "fax" | "faxnumber" | "faxno" | "faxnr" | "faxnummer" | "landline" => {
            Kind::Phone
        }
        "company" | "companyname" | "organisation" | "organization" | "organisationname"
        | "organizationname" | "orgname" | "employer" | "employername" | "firm" | "firma"
        | "firmenname" | "unternehmen" | "arbeitgeber" | "entreprise" | "societe"
        | "raisonsociale" | "empresa" | "azienda" | "ragionesociale" | "bedrijf"
        | "bedrijfsnaam" | "businessname" => Kind::Company,
        "street" | "streetname" | "streetaddress" | "address" | "addr" | "billingaddress"
        | "shippingaddress" | "homeaddress" | "postaladdress" | "strasse" | "strassenname"
        | "adresse" | "anschrift" | "rue" | "voie" | "calle" | "direccion" | "indirizzo"
        | "rua" | "endereco" | "morada" | "straat" | "straatnaam" | "adres" | "sokak" => {
            Kind::Street
        }
        "city" | "cityname" | "town" | "locality" | "stadt" | "ort" | "wohnort" | "ortschaft"
        | "ville" | "commune" | "ciudad" | "localidad" | "citta" | "comune" | "cidade" | "stad"
        | "plaats" | "woonplaats" | "miasto" | "sehir" | "birthplace" | "placeofbirth"
        | "geburtsort" | "lieudenaissance" => Kind::City,
        "postcode" | "postalcode" | "zip" | "zipcode" | "plz" | "postleitzahl" | "codepostal"
        | "codigopostal" | "cep" | "kodpocztowy" | "postnummer" | "postnr" | "postalnumber"
        | "postakodu" => Kind::Postcode,
        "country"
        | "countryname"
        | "countrycode"
        | "nation"
        | "nationality"
        | "citizenship"
        | "land"
        | "staat"
        | "nationalitaet"
        | "staatsangehoerigkeit"
        | "pays"
        | "nationalite"
        | "pais"
        | "paese"
        | "nazione"
        | "kraj"
        | "ulke" => Kind::Country,
        "iban" | "ibannumber" | "bankaccount" | "bankaccountnumber" | "kontonummer"
        | "bankverbindung" => Kind::Iban,
        "ip" | "ipaddress" | "ipaddr" | "ipadresse" | "clientip" | "remoteip" | "remoteaddr"
        | "inet" | "ipv" => Kind::Ip,
        "url" | "uri" | "website" | "webseite" | "homepage" | "web" | "webaddress" | "webpage"
        | "siteweb" | "sitioweb" | "avatarurl" | "imageurl" => Kind::Url,
        "username" | "login" | "loginname" | "logonname" | "nick" | "nickname" | "screenname"
        | "benutzer" | "benutzername" | "nutzername" | "anmeldename" | "identifiant" | "pseudo"
        | "usuario" | "utente" | "nomeutente" | "gebruikersnaam" | "accountname" | "twitter"
        | "skype" => Kind::UserName,
        "text" | "note" | "notes" | "comment" | "comments" | "description" | "remark"
        | "remarks" | "message" | "body" | "content" | "bio" | "biography" | "memo" | "notiz"
        | "notizen" | "bemerkung" | "bemerkungen" | "kommentar" | "beschreibung" | "nachricht"
        | "anmerkung" | "commentaire" | "remarque" | "comentario" | "nota" | "opmerking"
        | "subject" | "betreff" => Kind::Text,
        _ => return None,
    };
    Some(kind)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn common_names() {
        for (column, kind) in [
            ("name", Kind::Name),
            ("full_name", Kind::Name),
            ("customerName", Kind::Name),
            ("FirstName", Kind::FirstName),
            ("vorname", Kind::FirstName),
            ("prénom", Kind::FirstName),
            ("Nachname", Kind::LastName),
            ("surname", Kind::LastName),
            ("e_mail", Kind::Email),
            ("E-Mail", Kind::Email),
            ("email2", Kind::Email),
            ("work_email_address", Kind::Email),
            ("telefon", Kind::Phone),
            ("home phone", Kind::Phone),
            ("mobile", Kind::Phone),
            ("PHONE_NO", Kind::Phone),
            ("firma", Kind::Company),
            ("company_name", Kind::Company),
            ("straße", Kind::Street),
            ("address_line_1", Kind::Street),
            ("billingAddress", Kind::Street),
            ("ort", Kind::City),
            ("birth_place", Kind::City),
            ("zip", Kind::Postcode),
            ("billing_zip_code", Kind::Postcode),
            ("plz", Kind::Postcode),
            ("country_code", Kind::Country),
            ("iban", Kind::Iban),
            ("last_ip", Kind::Ip),
            ("ip_address", Kind::Ip),
            ("emergency_contact_name", Kind::Name),
            ("website", Kind::Url),
            ("login", Kind::UserName),
            ("user_name", Kind::UserName),
            ("userName", Kind::UserName),
            ("notes", Kind::Text),
            ("名前", Kind::Text),
        ] {
            let expected = Some(kind).filter(|_| column != "名前");
            assert_eq!(Kind::infer(column), expected, "{column}");
        }
    }

    #[test]
    fn kinds_are_their_own_names() {
        for kind in Kind::ALL {
            assert_eq!(Kind::infer(kind.name()), Some(kind));
        }
    }

    #[test]
    fn names_of_something_else() {
        for column in [
            "",
            "id",
            "1",
            "_",
            "file_name",
            "product_name",
            "mac_address",
            "created_at",
            "😀",
            "status",
        ] {
            assert_eq!(Kind::infer(column), None, "{column}");
        }
    }
}
