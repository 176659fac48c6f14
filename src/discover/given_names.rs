//! Common given names and family names of the languages of Europe, without accents, in small letters.

use crate::mask::Locale;
use deunicode::deunicode;
use std::collections::HashSet;
use std::sync::LazyLock;

/// By language; a name that several have stands with one of them.
const GIVEN: [(&str, &str); 23] = [
    (
        "en",
        "james john robert michael william david richard joseph thomas charles christopher daniel matthew anthony donald steven paul andrew kenneth joshua kevin brian george edward ronald timothy jason jeffrey ryan jacob gary nicholas eric jonathan stephen larry scott brandon benjamin samuel gregory frank alexander raymond patrick jack dennis jerry mary patricia jennifer linda elizabeth barbara susan jessica sarah karen nancy lisa betty margaret sandra ashley kimberly emily donna michelle carol amanda dorothy melissa deborah stephanie rebecca sharon laura cynthia kathleen amy angela shirley anna brenda pamela emma nicole helen samantha katherine christine debra rachel carolyn janet catherine maria heather diane ruth julie olivia joyce virginia victoria kelly lauren christina joan evelyn judith megan andrea cheryl hannah jacqueline martha gloria teresa ann sara madison frances kathryn janice jean alice abigail julia judy sophia grace denise amber doris marilyn danielle beverly isabella theresa diana natalie brittany charlotte marie kayla alexis lori harry oliver leo oscar archie henry theodore freddie alfie arthur ada zoe luke mark peter philip simon tom tim ben sam dan joe bob jim mike steve dave tony kate jane lucy ellie amelia isla ava mia freya florence ivy nick johnny christian woody cuba penelope ed fred gina sandy russell julianne warren rip",
    ),
    (
        "de",
        "hans klaus juergen jurgen wolfgang dieter manfred uwe guenter gunter helmut gerhard heinz horst werner bernd karl rolf rainer stefan andreas matthias joachim ulrich axel sven torsten thorsten markus dirk joerg jorg ralf lars jens maik tobias sebastian florian felix lukas jonas finn luca niklas moritz maximilian anke sabine petra monika renate ursula ingrid helga gisela brigitte karin heike birgit susanne claudia katrin kathrin silke anja tanja stefanie melanie nadine sandra ute gabriele angelika martina baerbel barbel elke heidi johanna greta frieda lina leonie hannelore ilse wilhelm friedrich otto erwin hermann ludwig franz josef bjoern leonie steve erika",
    ),
    (
        "fr",
        "jean pierre michel andre philippe rene louis alain jacques bernard marcel daniel roger robert claude christian georges nicolas francois laurent frederic pascal thierry olivier christophe guillaume sebastien mathieu antoine julien maxime hugo lucas theo jules etienne benoit cedric yves gilles herve didier stephane camille manon lea chloe ines jade lola nathalie isabelle sylvie catherine martine christine francoise valerie sandrine veronique celine aurelie emilie virginie sophie brigitte monique jacqueline jeannine helene genevieve margaux clemence amelie wyatt dominique marc luc gerard",
    ),
    (
        "es",
        "antonio jose manuel francisco juan javier jesus carlos miguel alejandro rafael pedro angel sergio fernando jorge luis alberto alvaro diego adrian raul ivan ruben enrique ramon vicente andres joaquin santiago eduardo roberto jaime mario pablo carmen josefa isabel dolores pilar teresa francisca antonia mercedes concepcion luisa rosario rosa lucia marta cristina elena sara paula raquel beatriz silvia irene rocio montserrat ana encarnacion nuria alba inmaculada yolanda esther veronica ines lorena noelia consuelo gonzalo ignacio hector",
    ),
    (
        "it",
        "giuseppe giovanni antonio mario luigi francesco angelo vincenzo pietro salvatore carlo franco domenico bruno paolo michele giorgio aldo sergio luciano marco andrea alessandro matteo lorenzo davide stefano simone federico riccardo fabio giulia chiara francesca sara valentina alessia martina giorgia elisa federica silvia elena laura paola roberta giuseppina rosa angela giovanna lucia carmela caterina antonietta rita raffaella ilaria leonardo filippo edoardo emanuele gianluca roberto enrico alberto claudio massimo maurizio luca",
    ),
    (
        "pt",
        "joao manuel carlos paulo luis miguel rui tiago nuno ricardo goncalo joaquim fernando jorge duarte vasco henrique afonso rodrigo francisco bernardo filipe helder sergio antonio mariana beatriz ines leonor matilde carolina catarina filipa rita joana sofia susana conceicao fatima lurdes fernanda margarida graca luciana eduardo luisa alexandre leticia roberto jose rodrigues",
    ),
    (
        "nl",
        "jan johannes cornelis hendrik willem pieter gerrit petrus dirk jacobus kees henk piet wim gerard bram daan sem thijs ruben jeroen joost bas maarten sander sjoerd jasper joris wouter bart stijn niels rutger femke sanne lotte fleur anouk eva roos lieke saskia marieke annemarie wilhelmina cornelia hendrika grietje ingeborg marloes esmee tess maud iris fenna jolanda mieke puck",
    ),
    (
        "pl",
        "jan andrzej piotr krzysztof stanislaw tomasz pawel jozef marcin marek michal grzegorz jerzy tadeusz adam lukasz zbigniew ryszard dariusz henryk mariusz kazimierz wojciech robert mateusz rafal jacek janusz miroslaw maciej slawomir jaroslaw kamil wieslaw roman jakub bartosz dawid szymon filip kacper anna maria katarzyna malgorzata agnieszka krystyna barbara ewa elzbieta zofia janina teresa joanna magdalena monika jadwiga danuta irena halina helena beata aleksandra marta dorota marianna grazyna jolanta stanislawa iwona karolina bozena urszula justyna renata alicja paulina sylwia natalia wanda agata aneta izabela ewelina zuzanna oliwia",
    ),
    (
        "ro",
        "andrei alexandru mihai ion gheorghe constantin vasile nicolae stefan florin adrian gabriel cristian marian dumitru ionut bogdan razvan catalin ovidiu radu vlad sorin liviu cosmin elena ioana mihaela andreea cristina daniela alexandra georgeta florentina nicoleta simona raluca oana roxana gabriela carmen viorica aurelia anca adina bianca lavinia",
    ),
    (
        "sv",
        "lars anders johan per karl erik mikael jan peter thomas fredrik magnus bjorn stefan hakan gustav oskar axel viktor emil ludvig nils sven gunnar bengt goran ake kjell leif ulf rolf arne anna eva maria karin kristina birgitta margareta elisabeth inger marie kerstin helena annika linnea ebba astrid saga elsa maja alva signe agneta gunilla ingela siv lennart torbjorn",
    ),
    (
        "da",
        "jens peter soren morten henrik thomas niels hans lars rasmus mads kasper frederik mikkel anders christian jorgen ole kurt svend poul knud flemming preben kirsten mette hanne helle susanne lene marianne lone camilla pia charlotte bente karen birthe dorthe freja ida laerke clara nanna sofie trine signe mathilde",
    ),
    (
        "fi",
        "juhani johannes mikael antero tapani matti olavi timo kari jukka pekka markku hannu juha heikki mika jari antti marko petri jouni janne sami teemu ville jussi eero veikko esa maria helena anneli johanna kaarina marjatta kristiina tuula ritva leena anna pirjo sari minna tiina paivi marja satu hanna heidi riikka aino venla elina katariina eeva liisa tarja kirsi",
    ),
    (
        "cs",
        "jiri jan petr josef pavel martin tomas jaroslav miroslav zdenek vaclav michal frantisek jakub milan karel lukas david vladimir ladislav ondrej roman stanislav marek radek vojtech vit matej marie jana eva anna hana vera lenka alena lucie katerina petra helena ludmila zdenka ivana monika martina jitka zuzana marketa jarmila barbora veronika dana vlasta tereza kristyna bozena jirina michaela",
    ),
    (
        "sk",
        "jozef jan peter milan martin stefan michal frantisek ladislav miroslav tomas lukas juraj marek andrej pavol igor rastislav dusan lubomir maria anna zuzana katarina eva jana helena monika viera ivana marta alzbeta lubica silvia dana beata gabriela emilia zlatica",
    ),
    (
        "hu",
        "laszlo istvan jozsef janos zoltan sandor ferenc gabor attila peter tamas zsolt tibor andras csaba imre lajos gyorgy balazs gyula mihaly karoly robert bela daniel adam kristof bence mate levente maria erzsebet ilona katalin eva anna zsuzsanna margit judit agnes andrea erika ildiko julianna krisztina aniko monika szilvia piroska timea reka eszter dora noemi boglarka csilla edit",
    ),
    (
        "hr",
        "ivan josip marko ante stjepan tomislav zeljko mario ivica davor goran igor kresimir hrvoje luka petar nikola filip zvonimir branko drazen marija ana ivana katarina marina petra jelena vesna mirjana ljiljana snjezana nikolina lucija gordana dubravka sanja ivanka zrinka biserka",
    ),
    (
        "sl",
        "franc marko ivan anton andrej janez joze luka peter matej tomaz milan bojan primoz gregor rok ales jernej marija ana maja irena mojca mateja natasa nina barbara andreja petra jozica eva katja sonja milena zala spela urska",
    ),
    (
        "bg",
        "ivan georgi dimitar petar hristo stoyan nikolay aleksandar yordan vasil todor stefan krasimir angel plamen rumen valentin boyan kiril bozhidar mariya ivanka elena yordanka penka rositsa daniela gergana desislava milena tsvetelina radka nadezhda snezhana stefka svetla ralitsa",
    ),
    (
        "el",
        "georgios dimitrios konstantinos ioannis nikolaos christos panagiotis vasileios athanasios michail evangelos spyridon anastasios theodoros giorgos dimitris kostas giannis nikos yannis stavros eleni aikaterini vasiliki sofia georgia angeliki kalliopi evangelia dimitra paraskevi ioanna despoina katerina konstantina chrysoula fotini stavroula athina elene georgia katerina aikaterine demetra nikos",
    ),
    (
        "lt",
        "jonas vytautas antanas tomas mindaugas darius algirdas gintaras arturas andrius saulius kestutis rimantas mantas lukas ona irena danute janina rasa jurate birute aldona kristina egle ruta inga daiva vilma laima ausra",
    ),
    (
        "lv",
        "janis andris juris edgars maris aivars martins kristaps gints uldis normunds arturs guntis ilze anita inese liga dace kristine inga aija zane laima ieva vija santa baiba",
    ),
    (
        "et",
        "rein jaan toomas urmas margus andrus priit kalle tonu raivo indrek martin rasmus karl tiina anne kersti sirje malle katrin piret kristi reet merike kadri liis maarja",
    ),
    (
        "more",
        "mohamed mohammed ahmed ali fatma fatima mehmet mustafa hasan huseyin ayse emine zeynep elif yusuf omar ibrahim abdul amina khadija layla olga tatiana natalia irina svetlana dmitri dmitry sergei sergey alexei vladimir oleksandr nguyen wei li priya raj aoife niamh siobhan sean ciara saoirse eoin cian padraig rhys gareth dylan sian carys",
    ),
];

const FAMILY: &str = "smith jones taylor brown williams wilson johnson davies robinson wright thompson evans walker white roberts green hall wood jackson clarke davis miller moore anderson harris lewis lee martin clark hill scott adams baker nelson carter mitchell \
    mueller muller schmidt schneider fischer weber meyer wagner becker schulz hoffmann schaefer schafer koch bauer richter klein wolf schroeder schroder neumann schwarz zimmermann braun krueger kruger hofmann hartmann lange werner krause lehmann koehler kohler maier \
    bernard dubois durand moreau laurent lefebvre leroy roux fournier girard bonnet dupont lambert fontaine rousseau vincent faure mercier blanc guerin boyer garnier chevalier petit \
    garcia gonzalez rodriguez fernandez lopez martinez sanchez perez gomez jimenez ruiz hernandez diaz moreno munoz alvarez romero alonso gutierrez navarro torres dominguez vazquez ramos gil ramirez serrano molina ortega delgado \
    rossi russo ferrari esposito bianchi romano colombo ricci marino greco gallo conti costa giordano mancini rizzo lombardi moretti barbieri fontana santoro mariani rinaldi caruso \
    silva santos ferreira pereira oliveira costa rodrigues martins sousa fernandes goncalves gomes lopes marques alves almeida ribeiro pinto carvalho teixeira moreira correia mendes nunes soares vieira monteiro cardoso rocha \
    jansen janssen devries berg bakker visser smit meijer mulder bos vos peters hendriks dekker dijkstra brouwer kuipers janssens maes jacobs mertens willems claes goossens \
    nowak kowalski kowalska wisniewski wisniewska wojcik kowalczyk kaminski kaminska lewandowski lewandowska zielinski zielinska szymanski szymanska wozniak dabrowski dabrowska kozlowski jankowski mazur kwiatkowski krawczyk piotrowski grabowski \
    popa popescu ionescu radu dumitru stan stoica gheorghe rusu munteanu matei marin ilie constantin \
    andersson johansson karlsson nilsson eriksson larsson olsson persson svensson gustafsson pettersson jonsson hansen jensen nielsen pedersen andersen christensen larsen sorensen rasmussen jorgensen korhonen virtanen makinen nieminen makela hamalainen laine heikkinen koskinen \
    novak svoboda novotny dvorak cerny prochazka kucera vesely horak nemec novakova svobodova novotna dvorakova horvath horvat kovac kovacs varga toth nagy szabo balogh molnar nemeth farkas lakatos papp \
    ivanov ivanova georgiev dimitrov petrov petrova nikolov papadopoulos papadopoulou vlachos georgiou nikolaidis yilmaz kaya demir celik sahin murphy kelly osullivan walsh obrien byrne ryan oconnor kazlauskas jankauskas berzins kalnins tamm saar \
    krause lovelace hopper turing";

static GIVEN_NAMES: LazyLock<HashSet<String>> = LazyLock::new(|| {
    let own = GIVEN
        .iter()
        .flat_map(|(_, names)| names.split_whitespace())
        .map(str::to_owned);
    // English ones of the crate are left out: many are words of the language.
    let locales = [Locale::De, Locale::Fr, Locale::It, Locale::Nl, Locale::Pt];
    let made_up = locales
        .iter()
        .flat_map(|locale| locale.words().first_names)
        .map(|name| plain(name));
    own.chain(made_up).filter(|name| name.len() > 2).collect()
});

static FAMILY_NAMES: LazyLock<HashSet<String>> = LazyLock::new(|| {
    let locales = [Locale::De, Locale::Fr, Locale::It, Locale::Nl, Locale::Pt];
    let made_up = locales
        .iter()
        .flat_map(|locale| locale.words().last_names)
        .map(|name| plain(name));
    FAMILY
        .split_whitespace()
        .map(str::to_owned)
        .chain(made_up)
        .filter(|name| name.len() > 2)
        .collect()
});

/// Without accents, in small letters, nothing but letters.
pub fn plain(name: &str) -> String {
    deunicode(name)
        .chars()
        .filter(char::is_ascii_alphabetic)
        .map(|c| c.to_ascii_lowercase())
        .collect()
}

pub fn is_given(name: &str) -> bool {
    GIVEN_NAMES.contains(&plain(name))
}

pub fn is_family(name: &str) -> bool {
    FAMILY_NAMES.contains(&plain(name))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_many_languages() {
        for name in [
            "Ada",
            "JÜRGEN",
            "Łukasz",
            "Françoise",
            "José",
            "Jiří",
            "György",
            "Ивана",
            "Ελένη",
        ] {
            assert!(is_given(name), "{name}: {}", plain(name));
        }
        for name in ["Müller", "Kovács", "Papadopoulos", "Nguyễnski"] {
            assert_eq!(is_family(name), name != "Nguyễnski", "{name}");
        }
        assert!(!is_given("Table") && !is_given("") && !is_family("Order"));
    }

    #[test]
    fn lists_are_as_they_are_looked_up() {
        for (language, names) in GIVEN {
            for name in names.split_whitespace() {
                assert_eq!(plain(name), name, "{language}");
            }
        }
    }
}
