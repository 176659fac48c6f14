//! What a column holds, by its name: words of the languages of the EU, per category.

use super::category::Category::{self, *};
use crate::mask::infer::words;
use std::collections::HashMap;
use std::sync::LazyLock;

/// How sure a word is, if the type fits.
const SURE: f64 = 0.9;
const LIKELY: f64 = 0.7;
/// Such columns are in tables of things, too.
const VAGUE: f64 = 0.4;

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

type List = (Category, f64, &'static [(&'static str, &'static str)]);

/// Words are written as one, without accents: `dateofbirth`.
const WORDS: &[List] = &[
    (
        Email,
        SURE,
        &[
            (
                "en",
                "email mail emailaddress emailaddr mailaddress emailid usermail",
            ),
            ("de", "emailadresse mailadresse epostadresse"),
            ("fr", "courriel adressemail adresseemail mel"),
            ("es", "correo correoelectronico direccioncorreo"),
            ("it", "postaelettronica indirizzoemail"),
            ("pt", "correioeletronico enderecoemail"),
            ("nl", "emailadres mailadres"),
            ("pl", "adresemail poczta"),
            ("ro", "adresaemail"),
            ("sv", "epost epostadress"),
            ("da", "epostadresse"),
            ("fi", "sahkoposti sahkopostiosoite"),
            ("cs", "emailovaadresa"),
            ("hu", "emailcim"),
            ("hr", "eposta"),
            ("lt", "elpastas"),
            ("lv", "epasts"),
            ("et", "epost"),
            ("el", "ilektronikotachydromio"),
            ("bg", "imeil"),
        ],
    ),
    (
        Phone,
        SURE,
        &[
            (
                "en",
                "phone phonenumber phoneno telephone telephonenumber tel telno mobile mobilenumber mobileno cellphone cell cellnumber msisdn fax faxnumber landline",
            ),
            (
                "de",
                "telefon telefonnummer telefonnr telnr rufnummer handy handynummer mobil mobilnummer mobiltelefon faxnummer festnetz",
            ),
            ("fr", "numerotelephone portable numportable telecopie"),
            ("es", "telefono movil celular numerotelefono"),
            ("it", "cellulare telefonofisso"),
            ("pt", "telefone telemovel"),
            ("nl", "telefoon telefoonnummer mobielnummer gsm"),
            ("pl", "numertelefonu nrtelefonu komorka"),
            ("ro", "telefonmobil nrtelefon numartelefon"),
            ("sv", "mobiltelefon mobilnummer"),
            ("da", "telefonnummer mobilnr"),
            ("fi", "puhelin puhelinnumero matkapuhelin"),
            ("cs", "telefonnicislo mobilnitelefon"),
            ("hu", "telefonszam mobilszam"),
            ("hr", "brojtelefona mobitel"),
            ("lt", "telefonas telefononumeris"),
            ("lv", "talrunis"),
            ("el", "tilefono kinito"),
            ("bg", "telefonennomer"),
        ],
    ),
    (
        FirstName,
        SURE,
        &[
            (
                "en",
                "firstname fname givenname givennames forename middlename christianname",
            ),
            ("de", "vorname vornamen rufname"),
            ("fr", "prenom prenoms"),
            ("es", "nombrepila primernombre"),
            ("it", "nomedibattesimo nomeproprio"),
            ("pt", "primeironome nomeproprio"),
            ("nl", "voornaam voornamen roepnaam"),
            ("pl", "imie imiona"),
            ("ro", "prenume"),
            ("sv", "fornamn tilltalsnamn"),
            ("da", "fornavn"),
            ("fi", "etunimi etunimet"),
            ("cs", "krestnijmeno jmeno"),
            ("sk", "krstnemeno meno"),
            ("hu", "keresztnev utonev"),
            ("hr", "ime"),
            ("lt", "vardas"),
            ("lv", "vards"),
            ("et", "eesnimi"),
            ("el", "onoma"),
            ("bg", "sobstvenoime"),
        ],
    ),
    (
        LastName,
        SURE,
        &[
            (
                "en",
                "lastname lname surname familyname maidenname birthname secondname",
            ),
            ("de", "nachname zuname familienname geburtsname"),
            ("fr", "nomdefamille nomfamille nomnaissance patronyme"),
            ("es", "apellido apellidos primerapellido segundoapellido"),
            ("it", "cognome"),
            ("pt", "sobrenome apelido"),
            ("nl", "achternaam familienaam meisjesnaam"),
            ("pl", "nazwisko nazwiskorodowe"),
            ("ro", "numefamilie numedefamilie"),
            ("sv", "efternamn"),
            ("da", "efternavn"),
            ("fi", "sukunimi"),
            ("cs", "prijmeni"),
            ("sk", "priezvisko"),
            ("hu", "vezeteknev csaladnev"),
            ("hr", "prezime"),
            ("sl", "priimek"),
            ("lt", "pavarde"),
            ("lv", "uzvards"),
            ("et", "perekonnanimi"),
            ("el", "eponymo eponumo"),
            ("bg", "familiya"),
        ],
    ),
    (
        Name,
        SURE,
        &[
            (
                "en",
                "fullname personname customername clientname patientname employeename membername contactname contactperson accountholder accountholdername cardholder cardholdername guestname drivername childname spousename studentname teachername ownername holdername recipientname sendername buyername sellername authorname realname legalname beneficiary nextofkin",
            ),
            (
                "de",
                "kundenname kontoinhaber ansprechpartner mitarbeitername patientenname vollername",
            ),
            ("fr", "nomcomplet nomprenom titulaire nomclient"),
            ("es", "nombrecompleto nombreapellidos titular"),
            ("it", "nominativo nomecompleto intestatario nomecognome"),
            ("pt", "nomecompleto titular"),
            ("nl", "volledigenaam klantnaam rekeninghouder"),
            ("pl", "imienazwisko imieinazwisko"),
            ("ro", "numecomplet numeprenume"),
            ("sv", "fullstandigtnamn kontaktperson"),
            ("da", "fuldenavn"),
            ("fi", "kokonimi"),
            ("cs", "celejmeno jmenoprijmeni"),
            ("hu", "teljesnev"),
            ("hr", "imeprezime"),
            ("el", "onomateponymo"),
        ],
    ),
    (
        Name,
        VAGUE,
        &[
            ("en", "name displayname recipient sender author composer"),
            ("fr", "nom auteur"),
            ("es", "nombre autor"),
            ("it", "nome autore"),
            ("pt", "nome"),
            ("nl", "naam"),
            ("de", "empfaenger absender"),
            ("ro", "nume"),
            ("sv", "namn"),
            ("da", "navn"),
            ("fi", "nimi"),
            ("cs", "nazevosoby"),
            ("hu", "nev"),
            ("lt", "vardaspavarde"),
            ("et", "nimi"),
            ("pl", "osoba"),
        ],
    ),
    (
        Street,
        LIKELY,
        &[
            ("en", "street streetname streetaddress"),
            ("de", "strasse strassenname strassehausnummer hausnummer"),
            ("fr", "rue voie numerorue"),
            ("es", "calle domicilio"),
            ("it", "viacivico indirizzovia"),
            ("pt", "rua morada"),
            ("nl", "straat straatnaam huisnummer"),
            ("pl", "ulica nrdomu"),
            ("ro", "strada"),
            ("sv", "gata gatuadress"),
            ("da", "vejnavn gade"),
            ("fi", "katuosoite"),
            ("cs", "ulice"),
            ("hu", "utca"),
            ("hr", "ulica"),
            ("el", "odos"),
            ("bg", "ulitsa"),
        ],
    ),
    (
        Address,
        LIKELY,
        &[
            (
                "en",
                "address addr homeaddress postaladdress billingaddress shippingaddress mailingaddress residence shipto billto deliveryaddress",
            ),
            (
                "de",
                "adresse anschrift wohnadresse lieferadresse rechnungsadresse",
            ),
            ("fr", "adressepostale domicile adresselivraison"),
            ("es", "direccion direccionpostal"),
            ("it", "indirizzo residenza"),
            ("pt", "endereco"),
            ("nl", "adres woonadres"),
            ("pl", "adreszamieszkania"),
            ("ro", "adresa domiciliu"),
            ("sv", "adress hemadress"),
            ("fi", "osoite kotiosoite"),
            ("cs", "bydliste"),
            ("hu", "cim lakcim"),
            ("lt", "adresas"),
            ("lv", "adrese"),
            ("et", "aadress"),
            ("el", "diefthynsi"),
            ("bg", "adres"),
        ],
    ),
    (
        City,
        VAGUE,
        &[
            ("en", "city town locality hometown"),
            ("de", "ort wohnort stadt"),
            ("fr", "ville commune"),
            ("es", "ciudad localidad municipio poblacion"),
            ("it", "citta comune"),
            ("pt", "cidade localidade"),
            ("nl", "woonplaats plaats stad"),
            ("pl", "miasto miejscowosc"),
            ("ro", "oras localitate"),
            ("sv", "stad postort"),
            ("da", "postby"),
            ("fi", "kaupunki postitoimipaikka"),
            ("cs", "mesto obec"),
            ("hu", "varos telepules"),
            ("hr", "grad"),
            ("lt", "miestas"),
            ("lv", "pilseta"),
            ("et", "linn"),
            ("el", "poli"),
            ("bg", "grad"),
        ],
    ),
    (
        Postcode,
        LIKELY,
        &[
            ("en", "postcode postalcode zip zipcode"),
            ("de", "plz postleitzahl"),
            ("fr", "codepostal"),
            ("es", "codigopostal"),
            ("it", "cap codicepostale"),
            ("pt", "codigopostal"),
            ("nl", "postcode"),
            ("pl", "kodpocztowy"),
            ("ro", "codpostal"),
            ("sv", "postnummer"),
            ("da", "postnr"),
            ("fi", "postinumero"),
            ("cs", "psc"),
            ("hu", "iranyitoszam"),
            ("hr", "postanskibroj"),
            ("lt", "pastokodas"),
            ("el", "tachydromikoskodikas"),
        ],
    ),
    (
        Country,
        VAGUE * 0.7,
        &[
            ("en", "country state province region county district"),
            ("de", "land staat bundesland"),
            ("fr", "pays departement"),
            ("es", "pais provincia"),
            ("it", "paese provincia"),
            ("pl", "kraj wojewodztwo"),
            ("ro", "tara judet"),
        ],
    ),
    (
        BirthDate,
        SURE,
        &[
            (
                "en",
                "birthdate dateofbirth dob birthday birth born bornon birthyear yearofbirth bday",
            ),
            (
                "de",
                "geburtsdatum geburtstag gebdat gebdatum geboren geburtsjahr",
            ),
            (
                "fr",
                "datenaissance datedenaissance naissance anneenaissance",
            ),
            (
                "es",
                "fechanacimiento fechadenacimiento nacimiento fnacimiento",
            ),
            ("it", "datanascita datadinascita nascita"),
            ("pt", "datanascimento datadenascimento nascimento"),
            ("nl", "geboortedatum geboren geboortejaar"),
            ("pl", "dataurodzenia urodzony"),
            ("ro", "datanasterii datanastere"),
            ("sv", "fodelsedatum fodd fodelsear"),
            ("da", "fodselsdato fodselsdag"),
            ("fi", "syntymaaika syntymapaiva"),
            ("cs", "datumnarozeni"),
            ("sk", "datumnarodenia"),
            ("hu", "szuletesidatum szuletesiido"),
            ("hr", "datumrodenja"),
            ("sl", "datumrojstva"),
            ("lt", "gimimodata"),
            ("lv", "dzimsanasdatums"),
            ("et", "sunniaeg"),
            ("el", "imerominiagennisis"),
            ("bg", "datanarazhdane"),
        ],
    ),
    (
        BirthPlace,
        SURE,
        &[
            ("en", "birthplace placeofbirth birthcity"),
            ("de", "geburtsort"),
            ("fr", "lieunaissance lieudenaissance"),
            ("es", "lugarnacimiento"),
            ("it", "luogonascita luogodinascita"),
            ("pt", "naturalidade localnascimento"),
            ("nl", "geboorteplaats"),
            ("pl", "miejsceurodzenia"),
            ("ro", "loculnasterii"),
            ("sv", "fodelseort"),
            ("cs", "mistonarozeni"),
        ],
    ),
    (
        Age,
        VAGUE,
        &[
            ("en", "age"),
            ("de", "lebensalter"),
            ("es", "edad"),
            ("pt", "idade"),
            ("nl", "leeftijd"),
            ("pl", "wiek"),
            ("fi", "ika"),
            ("it", "eta"),
            ("sv", "alder"),
        ],
    ),
    (
        Gender,
        LIKELY,
        &[
            ("en", "gender sex salutation pronouns"),
            ("de", "geschlecht anrede"),
            ("fr", "sexe civilite"),
            ("es", "sexo genero"),
            ("it", "sesso"),
            ("nl", "geslacht"),
            ("pl", "plec"),
            ("ro", "gen"),
            ("sv", "kon"),
            ("da", "koen"),
            ("fi", "sukupuoli"),
            ("cs", "pohlavi"),
            ("hu", "nem"),
            ("hr", "spol"),
            ("el", "fylo"),
            ("bg", "pol"),
        ],
    ),
    (
        FamilyStatus,
        SURE,
        &[
            (
                "en",
                "maritalstatus familystatus civilstatus married numberofchildren dependants",
            ),
            ("de", "familienstand ehepartner kinderzahl"),
            ("fr", "etatcivil situationfamiliale conjoint"),
            ("es", "estadocivil conyuge"),
            ("it", "statocivile coniuge"),
            ("pt", "estadocivil"),
            ("nl", "burgerlijkestaat"),
            ("pl", "stancywilny"),
            ("ro", "starecivila"),
            ("sv", "civilstand"),
            ("fi", "siviilisaaty"),
            ("cs", "rodinnystav"),
            ("hu", "csaladiallapot"),
            ("hr", "bracnostanje"),
        ],
    ),
    (
        Nationality,
        LIKELY,
        &[
            ("en", "nationality citizenship"),
            (
                "de",
                "nationalitaet staatsangehoerigkeit staatsbuergerschaft",
            ),
            ("fr", "nationalite citoyennete"),
            ("es", "nacionalidad ciudadania"),
            ("it", "nazionalita cittadinanza"),
            ("pt", "nacionalidade"),
            ("nl", "nationaliteit"),
            ("pl", "obywatelstwo narodowosc"),
            ("ro", "cetatenie nationalitate"),
            ("sv", "medborgarskap"),
            ("fi", "kansalaisuus"),
            ("cs", "statniobcanstvi"),
            ("hu", "allampolgarsag"),
            ("hr", "drzavljanstvo"),
        ],
    ),
    (
        NationalId,
        SURE,
        &[
            (
                "en",
                "ssn socialsecuritynumber socialsecurity nationalid nationalidnumber nationalinsurancenumber nino personalid personalnumber",
            ),
            (
                "de",
                "steuerid steueridnr identifikationsnummer sozialversicherungsnummer svnummer svnr rentenversicherungsnummer",
            ),
            (
                "fr",
                "nir numerosecuritesociale numsecu nss securitesociale insee",
            ),
            ("es", "dni nie nif numeroseguridadsocial"),
            ("it", "codicefiscale codfisc cf"),
            ("pt", "nif nic cartaocidadao niss"),
            (
                "nl",
                "bsn burgerservicenummer sofinummer rijksregisternummer",
            ),
            ("pl", "pesel"),
            ("ro", "cnp codnumericpersonal"),
            ("sv", "personnummer samordningsnummer"),
            ("da", "cpr cprnr cprnummer personnummer"),
            ("fi", "henkilotunnus hetu"),
            ("cs", "rodnecislo"),
            ("hu", "tajszam szemelyiszam"),
            ("hr", "oib maticnibroj"),
            ("sl", "emso"),
            ("lt", "asmenskodas"),
            ("lv", "personaskods"),
            ("et", "isikukood"),
            ("el", "amka"),
            ("bg", "egn"),
            ("be", "numeronational registrenational nationalnumber"),
            ("ie", "ppsn pps"),
        ],
    ),
    (
        IdentityDocument,
        SURE,
        &[
            (
                "en",
                "passport passportnumber passportno idcard idcardnumber driverlicense driverslicense drivinglicence drivinglicense licencenumber residencepermit",
            ),
            (
                "de",
                "reisepass reisepassnummer passnummer personalausweis ausweisnummer fuehrerschein fuehrerscheinnummer",
            ),
            ("fr", "passeport carteidentite cni permisconduire"),
            ("es", "pasaporte"),
            ("it", "passaporto cartaidentita patente"),
            ("pt", "passaporte cartaconducao"),
            ("nl", "paspoort paspoortnummer rijbewijs"),
            ("pl", "paszport dowodosobisty nrdowodu"),
            ("ro", "pasaport buletin"),
            ("sv", "passnummer korkort"),
            ("fi", "passi ajokortti"),
            ("cs", "cislopasu cisloobcanskehoprukazu"),
            ("hu", "utlevel utlevelszam"),
        ],
    ),
    (
        TaxNumber,
        LIKELY,
        &[
            ("en", "taxid taxnumber taxpayerid tin"),
            ("de", "steuernummer steuernr"),
            ("fr", "numerofiscal"),
            ("es", "numerofiscal"),
            ("nl", "fiscaalnummer"),
            ("pl", "nip"),
            ("cs", "dic"),
            ("hu", "adoszam adoazonosito"),
            ("el", "afm"),
        ],
    ),
    (
        Vehicle,
        LIKELY,
        &[
            (
                "en",
                "licenseplate licenceplate numberplate plate platenumber vin vehicleregistration",
            ),
            ("de", "kennzeichen kfzkennzeichen fahrgestellnummer"),
            ("fr", "immatriculation plaque"),
            ("es", "matricula"),
            ("it", "targa"),
            ("nl", "kenteken"),
            ("pl", "nrrejestracyjny"),
            ("sv", "registreringsnummer"),
            ("fi", "rekisterinumero"),
        ],
    ),
    (
        Iban,
        SURE,
        &[
            ("en", "iban ibannumber ibancode"),
            ("de", "ibannummer"),
            ("fr", "codeiban"),
        ],
    ),
    (
        BankAccount,
        LIKELY,
        &[
            (
                "en",
                "bankaccount bankaccountnumber accountno bankdetails sortcode routingnumber bic swift",
            ),
            ("de", "kontonummer bankverbindung kontonr blz bankkonto"),
            ("fr", "rib comptebancaire numerocompte"),
            ("es", "cuentabancaria numerocuenta ccc"),
            ("it", "contocorrente"),
            ("pt", "contabancaria nib"),
            ("nl", "bankrekening rekeningnummer"),
            ("pl", "numerkonta nrkonta rachunekbankowy"),
            ("ro", "contbancar"),
            ("sv", "kontonummer bankkonto"),
            ("fi", "tilinumero"),
            ("cs", "cislouctu"),
            ("hu", "bankszamla bankszamlaszam"),
        ],
    ),
    (
        PaymentCard,
        SURE,
        &[
            (
                "en",
                "creditcard creditcardnumber creditcardno cardnumber cardno ccnumber ccnum debitcard cvv cvc cardpan",
            ),
            ("de", "kreditkarte kreditkartennummer kartennummer"),
            ("fr", "cartebancaire numerocarte cartecredit"),
            ("es", "tarjeta tarjetacredito numerotarjeta"),
            ("it", "cartacredito numerocarta"),
            ("pt", "cartaocredito numerocartao"),
            ("nl", "creditcardnummer"),
            ("pl", "kartakredytowa numerkarty"),
            ("sv", "kortnummer"),
            ("fi", "luottokortti"),
        ],
    ),
    (
        Income,
        LIKELY,
        &[
            (
                "en",
                "salary income wage wages pay annualincome creditscore",
            ),
            ("de", "gehalt einkommen lohn jahreseinkommen bonitaet"),
            ("fr", "salaire revenu remuneration"),
            ("es", "salario sueldo ingresos"),
            ("it", "stipendio reddito"),
            ("pt", "salario rendimento vencimento"),
            ("nl", "salaris inkomen loon"),
            ("pl", "pensja wynagrodzenie dochod"),
            ("ro", "salariu venit"),
            ("sv", "lon inkomst"),
            ("fi", "palkka tulot"),
            ("cs", "plat mzda"),
            ("hu", "fizetes jovedelem"),
            ("hr", "placa"),
        ],
    ),
    (
        Employment,
        VAGUE,
        &[
            (
                "en",
                "jobtitle job occupation profession employer employername",
            ),
            ("de", "beruf arbeitgeber taetigkeit"),
            ("fr", "profession emploi employeur metier"),
            ("es", "profesion ocupacion empleador"),
            ("it", "professione datoredilavoro"),
            ("pt", "profissao"),
            ("nl", "beroep werkgever"),
            ("pl", "zawod pracodawca"),
            ("sv", "yrke arbetsgivare"),
            ("fi", "ammatti"),
        ],
    ),
    (
        Employment,
        VAGUE * 0.6,
        &[
            ("en", "company companyname title"),
            ("de", "firma titel"),
            ("fr", "societe"),
            ("es", "empresa"),
            ("it", "azienda"),
            ("nl", "bedrijf"),
        ],
    ),
    (
        UserName,
        LIKELY,
        &[
            (
                "en",
                "username login loginname logonname nick nickname screenname userlogin handle",
            ),
            ("de", "benutzername nutzername anmeldename"),
            ("fr", "identifiant pseudo nomutilisateur"),
            ("es", "usuario nombreusuario"),
            ("it", "nomeutente utente"),
            ("pt", "nomeutilizador nomeusuario"),
            ("nl", "gebruikersnaam"),
            ("pl", "nazwauzytkownika uzytkownik"),
            ("sv", "anvandarnamn"),
            ("da", "brugernavn"),
            ("fi", "kayttajatunnus"),
            ("cs", "uzivatelskejmeno"),
            ("hu", "felhasznalonev"),
            ("hr", "korisnickoime"),
            ("ro", "numeutilizator"),
        ],
    ),
    (
        Password,
        SURE,
        &[
            (
                "en",
                "password passwd pwd passwordhash pwhash passphrase secretanswer securityanswer pin pincode",
            ),
            ("de", "passwort kennwort passworthash"),
            ("fr", "motdepasse mdp"),
            ("es", "contrasena clave"),
            ("it", "parolachiave"),
            ("pt", "senha palavrapasse"),
            ("nl", "wachtwoord"),
            ("pl", "haslo"),
            ("ro", "parola"),
            ("sv", "losenord"),
            ("da", "adgangskode"),
            ("fi", "salasana"),
            ("cs", "heslo"),
            ("hu", "jelszo"),
            ("hr", "lozinka"),
        ],
    ),
    (
        Ip,
        LIKELY,
        &[
            (
                "en",
                "ip ipaddress ipaddr clientip remoteip remoteaddr userip lastip loginip ipv",
            ),
            ("de", "ipadresse"),
            ("fr", "adresseip"),
            ("es", "direccionip"),
            ("it", "indirizzoip"),
            ("pt", "enderecoip"),
            ("nl", "ipadres"),
            ("pl", "adresip"),
        ],
    ),
    (
        Device,
        LIKELY,
        &[
            (
                "en",
                "macaddress macaddr deviceid imei imsi advertisingid idfa gaid cookie cookieid useragent browserfingerprint devicefingerprint sessiontoken sessionid",
            ),
            ("de", "geraeteid geraetekennung"),
            ("fr", "agentutilisateur"),
        ],
    ),
    (
        Coordinates,
        LIKELY,
        &[
            (
                "en",
                "latitude longitude lat lon lng long coordinates geolocation gps gpsposition location latlng latlon homelocation geopoint",
            ),
            ("de", "breitengrad laengengrad koordinaten standort"),
            ("fr", "coordonnees localisation"),
            ("es", "latitud longitud coordenadas ubicacion"),
            ("it", "latitudine longitudine coordinate posizione"),
            ("pt", "coordenadas localizacao"),
            ("nl", "breedtegraad lengtegraad"),
            ("pl", "szerokoscgeograficzna dlugoscgeograficzna"),
            ("sv", "koordinater"),
            ("ro", "latitudine longitudine"),
        ],
    ),
    (
        Photo,
        LIKELY,
        &[
            (
                "en",
                "photo avatar picture portrait profilepicture profilephoto selfie signature voicerecording",
            ),
            ("de", "lichtbild profilbild unterschrift passbild foto"),
            ("fr", "photoidentite portrait"),
            ("es", "foto firma"),
            ("it", "fototessera firma"),
            ("pt", "fotografia assinatura"),
            ("nl", "handtekening pasfoto"),
            ("pl", "zdjecie podpis"),
            ("sv", "underskrift"),
            ("fi", "valokuva allekirjoitus"),
        ],
    ),
    (
        SocialMedia,
        LIKELY,
        &[(
            "en",
            "twitter facebook instagram linkedin skype whatsapp telegram tiktok mastodon github xing signalnumber twitterhandle linkedinurl facebookid",
        )],
    ),
    (
        FreeText,
        VAGUE,
        &[
            (
                "en",
                "note notes comment comments remark remarks message body bio biography memo feedback aboutme callnotes freetext",
            ),
            (
                "de",
                "notiz notizen bemerkung bemerkungen kommentar nachricht anmerkung anmerkungen lebenslauf",
            ),
            (
                "fr",
                "commentaire commentaires remarque remarques observation observations",
            ),
            ("es", "comentario comentarios observaciones notas mensaje"),
            ("it", "nota commento commenti osservazioni messaggio"),
            ("pt", "observacoes comentario mensagem"),
            ("nl", "opmerking opmerkingen notitie bericht"),
            ("pl", "uwagi notatka komentarz wiadomosc"),
            ("ro", "observatii mesaj"),
            ("sv", "anteckning anteckningar kommentar meddelande"),
            ("da", "bemaerkninger besked"),
            ("fi", "huomautus huomautukset viesti muistiinpano"),
            ("cs", "poznamka poznamky zprava"),
            ("hu", "megjegyzes uzenet"),
            ("hr", "napomena biljeska"),
        ],
    ),
    (
        Health,
        SURE,
        &[
            (
                "en",
                "diagnosis diagnoses disease illness allergy allergies medication medications medicalhistory medicalnotes bloodtype bloodgroup disability pregnant pregnancy smoker vaccination vaccinated icd healthinsurance insurancenumber sickleave sickdays mentalhealth hiv",
            ),
            (
                "de",
                "diagnose diagnosen krankheit krankheiten allergie allergien medikament medikamente blutgruppe behinderung schwerbehinderung behinderungsgrad schwanger schwangerschaft raucher impfung impfstatus krankenkasse krankenversicherung krankenversichertennummer krankmeldung",
            ),
            (
                "fr",
                "diagnostic maladie allergie groupesanguin enceinte grossesse medicament vaccin mutuelle",
            ),
            (
                "es",
                "diagnostico enfermedad alergias gruposanguineo discapacidad embarazo medicacion historiaclinica",
            ),
            (
                "it",
                "salute diagnosi malattia allergie grupposanguigno disabilita gravidanza farmaci",
            ),
            ("pt", "doenca alergias gruposanguineo deficiencia gravidez"),
            (
                "nl",
                "gezondheid ziekte allergieen bloedgroep zwanger zwangerschap medicatie ziekteverzuim zorgverzekering",
            ),
            (
                "pl",
                "diagnoza choroba choroby alergie grupakrwi niepelnosprawnosc ciaza",
            ),
            (
                "ro",
                "sanatate diagnostic boala alergii grupasanguina dizabilitate",
            ),
            (
                "sv",
                "diagnos sjukdom allergier blodgrupp funktionsnedsattning gravid sjukfranvaro",
            ),
            ("da", "helbred sygdom blodtype"),
            (
                "fi",
                "diagnoosi sairaus allergiat veriryhma raskaus laakitys",
            ),
            (
                "cs",
                "diagnoza nemoc alergie krevniskupina postizeni tehotenstvi zdravotnipojistovna",
            ),
            (
                "hu",
                "diagnozis betegseg allergia vercsoport fogyatekossag terhesseg gyogyszer",
            ),
            ("hr", "dijagnoza bolest krvnagrupa invaliditet trudnoca"),
            ("el", "ygeia diagnosi omadaaimatos"),
            ("bg", "diagnoza bolest krvnagrupa"),
            ("lt", "diagnoze"),
            ("lv", "diagnoze slimiba"),
            ("et", "diagnoos haigus"),
        ],
    ),
    (
        Religion,
        SURE,
        &[
            (
                "en",
                "religion denomination religious religiousbelief churchtax",
            ),
            (
                "de",
                "konfession religionszugehoerigkeit bekenntnis kirchensteuer kirchensteuermerkmal",
            ),
            ("es", "creencia creenciasreligiosas"),
            ("it", "religione"),
            ("pt", "religiao crenca"),
            ("nl", "religie kerkgenootschap geloofsovertuiging"),
            ("pl", "religia wyznanie"),
            ("ro", "religie"),
            ("sv", "trossamfund trosuppfattning"),
            ("fi", "uskonto uskontokunta"),
            ("cs", "nabozenstvi vyznani"),
            ("sk", "nabozenstvo"),
            ("hu", "vallas"),
            ("hr", "vjera vjeroispovijest"),
            ("sl", "veroizpoved"),
            ("lt", "religija tikyba"),
            ("lv", "religija"),
            ("et", "usutunnistus"),
            ("el", "thriskeia thriskevma"),
            ("bg", "religiya veroizpovedanie"),
        ],
    ),
    (
        Ethnicity,
        SURE,
        &[
            (
                "en",
                "ethnicity ethnic ethnicgroup ethnicorigin racialorigin skincolour skincolor",
            ),
            (
                "de",
                "ethnie ethnischeherkunft hautfarbe volkszugehoerigkeit",
            ),
            ("fr", "ethnie origineethnique couleurpeau"),
            ("es", "etnia origenetnico"),
            ("it", "etnia origineetnica"),
            ("pt", "origemetnica"),
            ("nl", "etniciteit etnischeafkomst huidskleur"),
            ("pl", "pochodzenieetniczne"),
            ("ro", "etnie"),
            ("sv", "etnicitet etnisktursprung"),
            ("fi", "etnisyys etninentausta"),
            ("cs", "etnickypuvod"),
            ("hu", "etnikum nemzetiseg"),
            ("hr", "etnickapripadnost"),
        ],
    ),
    (
        Political,
        SURE,
        &[
            (
                "en",
                "politicalparty politicalopinion politicalaffiliation partymembership partyaffiliation votingintention",
            ),
            (
                "de",
                "parteizugehoerigkeit parteimitglied parteimitgliedschaft politischemeinung politischegesinnung",
            ),
            ("fr", "opinionpolitique partipolitique"),
            ("es", "opinionpolitica partidopolitico afiliacionpolitica"),
            ("it", "opinionepolitica partitopolitico"),
            ("pt", "opiniaopolitica partidopolitico"),
            ("nl", "politiekevoorkeur politiekepartij"),
            ("pl", "pogladypolityczne partiapolityczna"),
            ("ro", "partidpolitic opiniepolitica"),
            ("sv", "politiskasikt partitillhorighet"),
            ("fi", "puoluekanta"),
            ("cs", "politickanazor politickastrana"),
            ("hu", "politikaivelemeny"),
            ("hr", "politickauvjerenja"),
        ],
    ),
    (
        Union,
        SURE,
        &[
            (
                "en",
                "tradeunion unionmember unionmembership labourunion laborunion tradeunionmember uniondues",
            ),
            (
                "de",
                "gewerkschaft gewerkschaftsmitglied gewerkschaftszugehoerigkeit",
            ),
            ("fr", "syndicat syndique appartenancesyndicale"),
            ("es", "sindicato afiliacionsindical sindical"),
            ("it", "sindacato iscrizionesindacale"),
            ("nl", "vakbond vakbondslidmaatschap"),
            ("pl", "zwiazekzawodowy zwiazkizawodowe"),
            ("ro", "sindicat"),
            ("sv", "fackforening fackmedlemskap fackforbund"),
            ("da", "fagforening"),
            ("fi", "ammattiliitto"),
            ("cs", "odborovaorganizace"),
            ("hu", "szakszervezet"),
            ("hr", "sindikat"),
        ],
    ),
    (
        SexualLife,
        SURE,
        &[
            (
                "en",
                "sexualorientation sexuality sexualpreference sexlife genderidentity transgender lgbt",
            ),
            (
                "de",
                "sexuelleorientierung sexualitaet geschlechtsidentitaet",
            ),
            ("fr", "orientationsexuelle sexualite"),
            ("es", "orientacionsexual sexualidad"),
            ("it", "orientamentosessuale"),
            ("pt", "orientacaosexual"),
            ("nl", "seksuelegeaardheid seksuelevoorkeur geaardheid"),
            ("pl", "orientacjaseksualna"),
            ("ro", "orientaresexuala"),
            ("sv", "sexuelllaggning"),
            ("fi", "seksuaalinensuuntautuminen"),
            ("cs", "sexualniorientace"),
            ("hu", "szexualisorientacio"),
            ("hr", "seksualnaorijentacija"),
        ],
    ),
    (
        Biometric,
        SURE,
        &[
            (
                "en",
                "biometric biometrics facetemplate faceid faceembedding irisscan voiceprint facescan palmprint",
            ),
            (
                "de",
                "biometrie fingerabdruck fingerabdruecke gesichtserkennung iriserkennung stimmprofil",
            ),
            ("fr", "biometrie empreintedigitale"),
            ("es", "biometria huelladactilar huelladigital"),
            ("it", "biometria improntadigitale"),
            ("pt", "impressaodigital"),
            ("nl", "vingerafdruk biometrie"),
            ("pl", "odciskpalca biometria"),
            ("sv", "fingeravtryck"),
            ("fi", "sormenjalki"),
            ("cs", "otiskprstu"),
            ("hu", "ujjlenyomat"),
            ("hr", "otisakprsta"),
        ],
    ),
    (
        Genetic,
        SURE,
        &[
            (
                "en",
                "dna genome genetics geneticdata genotype genesequence dnaprofile dnasample",
            ),
            ("de", "erbgut gentest dnaprofil genetik"),
            ("fr", "adn genetique"),
            ("es", "genetica perfilgenetico"),
            ("it", "profilogenetico"),
            ("nl", "genetisch"),
            ("pl", "genetyka kodgenetyczny"),
            ("fi", "perima"),
        ],
    ),
    (
        Criminal,
        SURE,
        &[
            ("en", "criminalrecord criminalhistory policerecord"),
            (
                "de",
                "vorstrafe vorstrafen fuehrungszeugnis straftat straftaten verurteilung",
            ),
            ("fr", "casierjudiciaire condamnation"),
            ("es", "antecedentespenales delito"),
            ("it", "casellariogiudiziale condanna precedentipenali"),
            ("pt", "registocriminal condenacao"),
            ("nl", "strafblad veroordeling"),
            ("pl", "karalnosc skazanie"),
            ("ro", "cazierjudiciar condamnare"),
            ("sv", "brottsregister fallandedom"),
            ("fi", "rikosrekisteri"),
            ("cs", "trestnirejstrik odsouzeni"),
            ("hu", "buntetetteloelet"),
            ("hr", "kaznenaevidencija"),
        ],
    ),
    // Words for other things as well.
    (Health, VAGUE * 0.7, &[("en", "height weight bmi")]),
    (
        Health,
        VAGUE,
        &[
            ("en", "health treatment therapy symptoms prescription"),
            ("de", "gesundheit behandlung befund"),
            ("fr", "sante traitement"),
            ("es", "salud tratamiento"),
            ("it", "terapia"),
            ("pt", "saude"),
            ("nl", "behandeling handicap"),
            ("pl", "zdrowie leczenie leki"),
            ("ro", "sarcina tratament"),
            ("sv", "halsa behandling medicin"),
            ("fi", "terveys vamma"),
            ("cs", "zdravi lecba pojistovna"),
            ("hu", "egeszseg"),
            ("hr", "zdravlje"),
            ("bg", "zdrave"),
            ("lt", "sveikata liga"),
            ("lv", "veseliba"),
            ("et", "tervis"),
        ],
    ),
    (
        Religion,
        VAGUE,
        &[
            ("en", "faith belief church"),
            ("de", "glaube"),
            ("fr", "culte croyance confession"),
            ("it", "confessione credo"),
            ("nl", "geloof"),
            ("sl", "vera"),
        ],
    ),
    (
        Ethnicity,
        VAGUE,
        &[
            ("en", "race"),
            ("de", "rasse"),
            ("es", "raza"),
            ("it", "razza"),
            ("pt", "raca"),
            ("pl", "rasa"),
        ],
    ),
    (
        Political,
        VAGUE,
        &[
            ("en", "politics voted"),
            ("pl", "poglady"),
            ("fi", "puolue"),
        ],
    ),
    (Union, VAGUE, &[("cs", "odbory")]),
    (
        Biometric,
        VAGUE,
        &[
            ("en", "fingerprint iris retina"),
            ("fr", "empreinte"),
            ("es", "huella"),
            ("it", "impronte"),
            ("ro", "amprenta"),
        ],
    ),
    (Genetic, VAGUE, &[("en", "genetic")]),
    (
        Criminal,
        VAGUE,
        &[
            ("en", "conviction offence offense sentence arrest"),
            ("fr", "infraction"),
            ("es", "condena"),
            ("it", "reato"),
            ("pl", "wyrok"),
            ("fi", "tuomio"),
        ],
    ),
    (
        FamilyStatus,
        VAGUE,
        &[
            ("en", "children spouse partner"),
            ("de", "kinder"),
            ("fr", "enfants"),
            ("es", "hijos"),
            ("pt", "filhos"),
            ("nl", "kinderen"),
        ],
    ),
];

/// Behind the word that says what it is, these change nothing.
const QUALIFIERS: &str = "number no nr num nummer numero id value text string raw old new current previous last primary secondary main home work private business alt other \
    encrypted enc hash hashed plain normalized lower line first given full en de fr of the person user customer at";

/// Behind it, these say that it is about the thing and not the thing itself: `email_verified`, `phone_type`.
const ABOUT: &str = "verified verification confirmed confirmation count counter total type kind status state template templates sent valid validated enabled disabled flag format length \
    opt optin consent allowed required visible preference subject server provider domain prefix created updated changed expires expiry expired requested attempts policy list group queue \
    job jobs log path size width column field label table class category rate level score version reset code codes fk ref zone offset index position order per limit min max avg sum";

/// In front of it: whatever it is called, it is no person's.
const OF_THINGS: &str = "product item article file document table column field category company organisation organization shop store branch domain host server service app application \
    event campaign project brand model template role group team city country language currency genre film movie album track playlist media page site class type status package plan \
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
const THINGS: &str = "product item article category genre country city language currency film movie album track playlist media mediatype inventory warehouse shop store branch brand role permission status type setting config configuration migration version \
    template page artist tag unit color colour size tax region company supplier vendor organisation organization department team project task campaign plan package feature device server host host route schedule report file document image \
    produkt produkte artikel kategorie land laender stadt sprache firma produit produits categorie pays ville langue entreprise producto productos categoria pais ciudad idioma empresa prodotto prodotti paese citta lingua azienda produto produtos produkty kategoria kraj miasto";

static BY_WORD: LazyLock<HashMap<&'static str, (Category, f64)>> = LazyLock::new(|| {
    let mut known = HashMap::new();
    for (category, weight, languages) in WORDS {
        for word in languages
            .iter()
            .flat_map(|(_, words)| words.split_whitespace())
        {
            // What is sure in one language is not made vague by another.
            let entry = known.entry(word).or_insert((*category, *weight));
            if entry.1 < *weight {
                *entry = (*category, *weight);
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
    fn words_are_as_they_are_looked_up() {
        for (category, _, languages) in WORDS {
            for word in languages
                .iter()
                .flat_map(|(_, list)| list.split_whitespace())
            {
                assert_eq!(words(word).concat(), word, "{}", category.name());
            }
        }
    }
}
