use proptest::prelude::*;

use super::*;

/// Sentences as people say them, invented: `kind`, `sentence`.
const SENTENCES: &str = include_str!("sentences.tsv");
/// How many of the ordinary ones are stopped, at most, and how many of the disclosures are found, at least.
const STOPPED_MAX: usize = 3;
const FOUND_MIN: usize = 2;

#[test]
fn ordinary_sentences_are_stopped_no_more_often_and_disclosures_found_no_less_than_they_were() {
    let list = WordList::shipped();
    let of = |kind: &str| -> (usize, Vec<&str>) {
        let rows = SENTENCES.lines().skip(1).filter_map(|row| row.split_once('\t'));
        let all: Vec<&str> = rows.filter(|(of, _)| *of == kind).map(|(_, sentence)| sentence).collect();
        (all.len(), all.into_iter().filter(|sentence| !list.topics(sentence).is_empty()).collect())
    };
    let ((ordinary, stopped), (_, found)) = (of("ordinary"), of("disclosure"));
    assert_eq!(ordinary, 30);
    assert!(stopped.len() <= STOPPED_MAX, "{stopped:#?}");
    assert!(found.len() >= FOUND_MIN, "{found:#?}");
}

/// Ordinary complaints, questions and thanks: none proposes sealing.
const ORDINARY: [(&str, &[&str]); 5] = [
    (
        "fr",
        &[
            "Je n'ai pas reçu mon argent du mois d'octobre, le code ne marche pas.",
            "Le sac de riz était percé et le haricot avait des charançons.",
            "Sa robe violette est restée au site, et le violon de l'orchestre aussi.",
            "La file d'attente est trop longue, il faut attendre depuis quatre heures du matin.",
            "Ma carte a été avalée par le distributeur, l'agent m'a dit de revenir lundi.",
            "La râpe à manioc distribuée aux femmes est cassée, la râpeuse aussi.",
            "Le mur de l'école menace de s'écrouler, il faudrait une nouvelle bâche.",
            "La violence du vent a arraché la tente cette nuit.",
            "Pourquoi mon voisin est sur la liste et pas moi ? Ma femme est enceinte de six mois.",
            "L'enlèvement des ordures ne se fait plus depuis deux semaines.",
            "Le centre de santé sexuelle et reproductive est fermé le samedi.",
            "Je voudrais savoir quand commence la prochaine distribution de semences.",
            "Merci à toute l'équipe, les enfants ont bien reçu les kits scolaires.",
            "Il y a eu abattage des arbres près du forage ; l'eau a un mauvais goût.",
            "On dort à huit dans une tente, les enfants couchent avec nous par terre.",
            "Les agents ont pris mon numéro mais personne n'a rappelé.",
            "La pompe est en panne, la corde du puits aussi ; les femmes font trois heures de marche.",
            "Le kit contenait une houe, une machette et deux arrosoirs, mais pas de semences.",
            "Le fournisseur viole le règlement et les commerçants violent les consignes de prix.",
            "Un vent violent les a obligés à quitter la tente.",
            "Votre geste m'a beaucoup touché, merci à toute l'équipe.",
            "Le cyclone nous a touchés et le projet touche les filles de deux écoles.",
            "La pluie nous a forcés à partir avant la distribution.",
            "Les enfants couchent avec elle sous la bâche, on couche avec une seule couverture.",
            "Le soleil tape fort sur les tentes et il n'y a pas d'ombre.",
            "On m'a demandé ma carte, puis de revenir pour l'argent.",
            "Je touche mon argent chez l'agent de transfert.",
            "Je demande de l'argent pour réparer le toit, comment faire ?",
            "Ma fille est enceinte, a-t-elle droit au kit ?",
            "Le chien est agressif, il faut l'attacher.",
        ],
    ),
    (
        "en",
        &[
            "I did not receive the cash transfer for October and the code does not work.",
            "The rice was wet and the beans had weevils in them.",
            "My card was blocked by the bank, the agent told me to come back on Monday.",
            "The wall of the school threatens to collapse, please send a new tarpaulin.",
            "There is a threat of flooding near the latrines.",
            "Sex: female, age 34, head of household, five children.",
            "The grapes and the drapes were bought at the market, the group therapist was kind.",
            "How can I correct the spelling of my name on the list?",
            "The children sleep with me on the floor because we got only one mat.",
            "We would like to thank the team for the school kits.",
            "The scampi market is closed. The kit had a machete and two hoes.",
            "The file is corrupt and the phone will not open it.",
            "The water point is far; we walk three hours.",
            "My neighbour got two bags and I got one. Is that normal?",
            "The naked wires near the health post are dangerous.",
            "The skilled workers were paid late, the unskilled ones on time.",
            "An analysis of the therapeutic feeding programme was announced.",
            "Your kindness touched me, thank you all.",
            "The hygiene session touched on many topics.",
            "The children are sleeping with the goats because the tent leaks.",
            "We sleep with the door open, it is too hot.",
            "We received impregnated nets for the beds.",
            "My daughter is pregnant, can she get the kit?",
            "The rain beat on the roof all night and beat the crops down.",
            "I asked for money for school and was told to wait.",
            "He wants to sleep near the water point to keep his place.",
            "The storm forced us to leave the site.",
            "They hit the drum to call people to the meeting.",
        ],
    ),
    (
        "es",
        &[
            "No he recibido el dinero de octubre y el código no funciona.",
            "El arroz estaba mojado y los frijoles tenían gorgojos.",
            "Disculpe la molestia, quiero saber cuándo es la próxima distribución.",
            "No quiero molestar, pero falta privacidad e intimidad en las duchas.",
            "La pared de la escuela amenaza con caerse, necesitamos una lona.",
            "El agente tomó mi número pero nadie me llamó.",
            "La violeta y el violín son del vecino.",
            "Muchas gracias al equipo por los útiles escolares.",
            "El sol le pega a la carpa todo el día y hace mucho calor.",
            "El pozo está lejos, caminamos tres horas, hay desnutrición en el barrio.",
            "Mi nombre está mal escrito en la lista. ¿Cómo lo corrijo?",
            "Los menores de cinco años recibieron la vacuna.",
            "El perro me dio un susto; en la estafeta de correos no saben nada.",
            "El kit traía un machete y dos azadas.",
            "La violación del protocolo de distribución fue corregida ayer.",
            "El proveedor viola las normas y violaron el protocolo de entrega.",
            "Me tocó esperar tres horas, y a mi vecina le tocó una bolsa rota.",
            "Me toca recoger el kit el lunes.",
            "Los niños se acuestan con hambre y yo me acuesto con el estómago vacío.",
            "Hay que pegar el afiche en la puerta; se pegó el arroz.",
            "Me pidieron mi cédula y mi número de teléfono.",
            "Pedí dinero prestado para el pasaje.",
            "Mi hija tiene seis meses de embarazo, ¿le toca el kit?",
            "La etiqueta está pegada a la bolsa.",
            "Vamos a matar la gallina para la fiesta.",
        ],
    ),
    (
        "ht",
        &[
            "Mwen pa jwenn lajan mwa oktòb la, kòd la pa mache.",
            "Diri a te mouye epi pwa a te gen chawonton ladan.",
            "Ki lè pwochen distribisyon an ap fèt ?",
            "Poukisa vwazen m nan sou lis la epi mwen menm mwen pa ladan ?",
            "Timoun yo domi ak mwen atè a, nou jwenn yon sèl nat.",
            "Ajan an pran nimewo m men pèsonn pa rele m.",
            "Wòb vyolèt la rete nan sit la.",
            "Mi lekòl la menase tonbe, nou bezwen yon prela.",
            "Dlo a lwen, nou mache twa zè tan.",
            "Mèsi anpil pou ekip la, timoun yo jwenn kit lekòl la.",
            "Yo mal ekri non mwen sou lis la, kijan pou m korije l ?",
            "Ponp lan an pàn, nou chita anba tab la ap tann.",
            "Tòti a kraze boutèy dlo a, rakèt la pike pye m.",
            "Lòt moun yo touche, mwen menm mwen poko touche.",
            "Mwen touche lajan an nan men ajan an semèn pase.",
            "Ajan an mande m kat mwen ak nimewo telefòn mwen.",
            "Kenbe kat la byen pou l pa pèdi.",
            "Lapli ap bat sou tant la tout nwit.",
            "Pitit fi m ansent, èske li gen dwa jwenn kit la ?",
            "Mwen pa gen fòs pou m pote sak la.",
            "Mwen bezwen lajan pou lekòl timoun yo.",
            "Sak la gwo pou mwen, li lou.",
            "Nou dòmi atè, nou pa gen kabann.",
        ],
    ),
    (
        "ar",
        &[
            "لم أستلم المبلغ لشهر أكتوبر والرمز لا يعمل.",
            "كان الأرز مبللا والفاصوليا فيها سوس.",
            "متى يكون التوزيع القادم؟",
            "لماذا جاري في القائمة وأنا لست فيها؟",
            "تم تسليم البطاقة بواسطة الموظف يوم الاثنين.",
            "الجنسية: سورية، الحالة: متزوجة، عدد الأطفال خمسة.",
            "وصلنا طعام فاسد وطحين فاسد هذا الشهر.",
            "أريد الطعن في قرار الرفض.",
            "شكرا جزيلا للفريق، استلم الأطفال الحقائب المدرسية.",
            "نقطة الماء بعيدة، نمشي ثلاث ساعات.",
            "اسمي مكتوب خطأ في القائمة، كيف أصححه؟",
            "والدي كبير في السن ولا يستطيع الوقوف في الطابور.",
            "طلب مني الموظف بطاقتي ورقم هاتفي.",
            "أريد المال لإصلاح السقف، كيف أفعل؟",
            "الأطفال ينامون معنا على الأرض.",
            "ابنتي حامل، هل لها حق في الحقيبة؟",
            "لا تلمس الأسلاك قرب المركز الصحي.",
            "ضرب الإعصار القرية ودمر الخيام.",
            "نمت الخضروات في الحديقة.",
            "طلبوا منا الحضور يوم الأحد.",
            "ضرب المطر الخيمة طول الليل.",
            "الطابور طويل والشمس قوية.",
        ],
    ),
];

/// What a field worker would want stopped, and what it is about.
const SENSITIVE: &[(&str, Topic)] = &[
    ("L'agent a violé ma fille.", Topic::Sea),
    ("ELLE A ETE VIOLEE HIER SOIR", Topic::Sea),
    ("Un VIOL a eu lieu au point d'eau", Topic::Sea),
    ("il demande des faveurs sexuelles pour inscrire les femmes", Topic::Sea),
    ("Il veut coucher avec moi avant de donner la carte", Topic::Sea),
    ("l'abus sexuel commis par le gardien", Topic::Sea),
    ("On m'a demandé un pot-de-vin pour rester sur la liste.", Topic::Fraud),
    ("détournement de la farine par le comité", Topic::Fraud),
    ("Mon mari me bat.", Topic::Violence),
    ("Il a dit qu'il va me tuer", Topic::Threat),
    ("elle parle de se suicider", Topic::SelfHarm),
    ("les enfants battus à l'école coranique", Topic::Child),
    ("le chef nous insulte et nous humilie", Topic::Conduct),
    ("He raped her at the water point", Topic::Sea),
    ("He wanted sex for the card", Topic::Sea),
    ("the guard slept with her for a token", Topic::Sea),
    ("they asked for a bribe", Topic::Fraud),
    ("the committee is selling the aid", Topic::Fraud),
    ("my husband beats me every day", Topic::Violence),
    ("They threatened me after I complained", Topic::Threat),
    ("I want to kill myself", Topic::SelfHarm),
    ("there is child labour on the site", Topic::Child),
    ("the boss harasses the cleaners", Topic::Conduct),
    ("El guardia la violó", Topic::Sea),
    ("me pidió relaciones íntimas a cambio de un cupo; sexo a cambio de comida", Topic::Sea),
    ("piden dinero para inscribirse: hay corrupción", Topic::Fraud),
    ("mi esposo me golpea", Topic::Violence),
    ("me amenazaron de muerte", Topic::Threat),
    ("quiere suicidarse", Topic::SelfHarm),
    ("hay maltrato infantil en la escuela", Topic::Child),
    ("Ajan an fè kadejak sou yon ti fi", Topic::Sea),
    ("li mande m fè sèks pou l ban m kat la, li vle kouche avè m", Topic::Sea),
    ("yo mande lajan pou mete non m sou lis la", Topic::Fraud),
    ("gen majouy, gen magouy ak koripsyon nan komite a", Topic::Fraud),
    ("mari m ap bat mwen chak jou", Topic::Violence),
    ("yo menase m paske m te plenyen", Topic::Threat),
    ("li di l vle mouri", Topic::SelfHarm),
    ("yo maltrete timoun yo", Topic::Child),
    ("الموظف تحرّش بابنتي", Topic::Sea),
    ("تعرضت للاغتصاب في الليل", Topic::Sea),
    ("وبالتحرّش أيضا", Topic::Sea),
    ("طلبوا رشوة للتسجيل", Topic::Fraud),
    ("زوجي يضربني كل يوم", Topic::Violence),
    ("هدّدوني بالقتل", Topic::Threat),
    ("تريد الانتحار", Topic::SelfHarm),
    ("زواجُ القاصِرات منتشر هنا", Topic::Child),
    ("me violaron", Topic::Sea),
    ("nos violan", Topic::Sea),
    ("violaban a las niñas", Topic::Sea),
    ("los guardias están violando a las mujeres", Topic::Sea),
    ("me tocó los senos", Topic::Sea),
    ("le tocaba las nalgas", Topic::Sea),
    ("tocó a mi hija", Topic::Sea),
    ("me voy a matar", Topic::SelfHarm),
    ("dice que se quiere matar", Topic::SelfHarm),
    ("le pegó a mi hija", Topic::Child),
    ("les pegaron a los niños", Topic::Violence),
    ("el agente me pidió dinero", Topic::Fraud),
    ("quiere que me acueste con él", Topic::Sea),
    ("dejó embarazada a mi hija", Topic::Sea),
    ("me agredió en la fila", Topic::Violence),
    ("golpearon a mi hijo", Topic::Child),
    ("quiere dormir con mi hija", Topic::Sea),
    ("me forzó", Topic::Sea),
    ("il viole les filles", Topic::Sea),
    ("ils violent les filles", Topic::Sea),
    ("il violait des enfants", Topic::Sea),
    ("il nous violait", Topic::Sea),
    ("il m'a touchée", Topic::Sea),
    ("Il m’a touche partout", Topic::Sea),
    ("il m'a forcée", Topic::Sea),
    ("il l'a forcée", Topic::Sea),
    ("il m'a agressée", Topic::Sea),
    ("ils ont agressé mon frère", Topic::Violence),
    ("il veut que je couche avec lui", Topic::Sea),
    ("elle couche avec l'agent pour la carte", Topic::Sea),
    ("il couche avec les bénéficiaires", Topic::Sea),
    ("il tape les enfants", Topic::Child),
    ("ils ont battu mon fils", Topic::Child),
    ("il a mis ma fille enceinte : il l'a mise enceinte", Topic::Sea),
    ("je vais me tuer", Topic::SelfHarm),
    ("l'agent m'a demandé de l'argent", Topic::Fraud),
    ("il frappe ma fille", Topic::Child),
    ("he touched me", Topic::Sea),
    ("he keeps touching the girls", Topic::Sea),
    ("he fondled her", Topic::Sea),
    ("fondling", Topic::Sea),
    ("he wants to sleep with my daughter", Topic::Sea),
    ("she is sleeping with the agent", Topic::Sea),
    ("he sleeps with girls for cards", Topic::Sea),
    ("he made my daughter pregnant", Topic::Sea),
    ("got my sister pregnant", Topic::Sea),
    ("they beat my son", Topic::Child),
    ("the teacher was beating my children", Topic::Child),
    ("they beat my husband", Topic::Violence),
    ("he forced me", Topic::Sea),
    ("the agent asked me for money", Topic::Fraud),
    ("they demanded money", Topic::Fraud),
    ("he slapped me", Topic::Violence),
    ("li kenbe m pa fòs", Topic::Sea),
    ("li kenbe mwen pa fòs", Topic::Sea),
    ("li touche m", Topic::Sea),
    ("li fòse m", Topic::Sea),
    ("li bat pitit mwen", Topic::Child),
    ("yo bat pitit fi m nan", Topic::Child),
    ("ajan an mande m lajan", Topic::Fraud),
    ("y ap mande moun kòb", Topic::Fraud),
    ("li ansente pitit fi m", Topic::Sea),
    ("li vle dòmi ak pitit fi m", Topic::Sea),
    ("m ap touye tèt mwen", Topic::SelfHarm),
    ("li agrese m", Topic::Violence),
    ("li vyole ti fi yo", Topic::Sea),
    ("yo vyole nou", Topic::Sea),
    ("اغتصبوني", Topic::Sea),
    ("يغتصبون البنات", Topic::Sea),
    ("كانوا يغتصبون الفتيات", Topic::Sea),
    ("لمس صدري", Topic::Sea),
    ("الموظف لمسني", Topic::Sea),
    ("يلمس البنات", Topic::Sea),
    ("سأقتل نفسي", Topic::SelfHarm),
    ("ضرب ابنتي", Topic::Child),
    ("ضربوا ابني", Topic::Child),
    ("يضرب الأطفال", Topic::Child),
    ("أجبرني", Topic::Sea),
    ("اعتدى علي", Topic::Sea),
    ("يريد أن أنام معه", Topic::Sea),
    ("يريد النوم مع ابنتي", Topic::Sea),
    ("تنام مع الموظف", Topic::Sea),
    ("جعل ابنتي حاملا", Topic::Sea),
    ("أمسكني بالقوة", Topic::Sea),
    ("الموظف طلب مني المال", Topic::Fraud),
    ("طلب مني مالا", Topic::Fraud),
];

#[test]
fn ordinary_complaints_in_five_languages_propose_nothing() {
    let list = WordList::shipped();
    let texts = ORDINARY.iter().flat_map(|(lang, texts)| texts.iter().map(move |text| (lang, text)));
    let proposed: Vec<_> = texts.filter(|(_, text)| !list.topics(text).is_empty()).collect();
    assert!(proposed.is_empty(), "{proposed:#?}");
}

#[test]
fn what_a_field_worker_would_stop_at_is_found_and_named() {
    let list = WordList::shipped();
    let missed: Vec<_> = SENSITIVE.iter().filter(|(text, topic)| !list.topics(text).contains(topic)).collect();
    assert!(missed.is_empty(), "{missed:?}");
}

#[test]
fn every_shipped_entry_is_well_formed_and_found_in_itself() {
    let list = WordList::shipped();
    let mut counts = std::collections::BTreeMap::new();
    for (lang, topic, entry) in shipped() {
        assert!(canonical(entry).is_ok(), "{lang}: {entry}");
        assert_ne!(topic, Topic::Other, "{lang}: {entry} stands under no topic");
        if !entry.starts_with('!') {
            *counts.entry(lang).or_insert(0) += 1;
            let text = entry.replace('*', "");
            assert!(list.topics(&text).contains(&topic), "{lang}: {entry}");
        }
    }
    assert_eq!(counts.len(), LANGUAGES.len());
    assert!(counts.values().all(|n| *n >= 40), "{counts:?}");
}

#[test]
fn accents_are_asked_for_only_where_an_entry_writes_them() {
    let mut list = WordList::default();
    list.add("violé", Topic::Sea).expect("a word");
    list.add("chantaj*", Topic::Fraud).expect("a stem");
    assert!(!list.topics("il viole le règlement").contains(&Topic::Sea));
    assert!(list.topics("VIOLÉ").contains(&Topic::Sea));
    // the same letters, composed and not
    assert!(list.topics("viole\u{301}").contains(&Topic::Sea));
    assert!(list.topics("Chantâjé").contains(&Topic::Fraud));
    assert!(list.topics("enchantaje").is_empty());
}

#[test]
fn a_phrase_wants_its_words_side_by_side_whatever_parts_them() {
    let mut list = WordList::default();
    list.add("pot* de vin", Topic::Fraud).expect("a phrase");
    for text in ["pot-de-vin", "pots de\nvin", "POT  DE  VIN!", "pot\u{200b}s de vin"] {
        assert!(!list.topics(text).is_empty(), "{text}");
    }
    for text in ["pot de bon vin", "vin de pot", "pot de vinaigre", "pot de"] {
        assert!(list.topics(text).is_empty(), "{text}");
    }
}

#[test]
fn an_exception_takes_its_words_out_and_no_others() {
    let mut list = WordList::default();
    list.add("menace*", Topic::Threat).expect("a stem");
    list.add("!menace de pluie", Topic::Other).expect("an exception");
    assert!(list.topics("menace de pluie").is_empty());
    assert!(!list.topics("menace de pluie, menace de mort").is_empty());
}

#[test]
fn arabic_is_read_without_vowel_signs_and_with_its_particles() {
    let mut list = WordList::default();
    list.add("رشوة", Topic::Fraud).expect("a word");
    for text in ["رِشْوَة", "الرشوة", "وبالرشوه", "للرشوة", "رشـــوة"] {
        assert!(!list.topics(text).is_empty(), "{text}");
    }
    assert!(list.topics("رش الماء").is_empty());
}

#[test]
fn what_is_no_entry_is_refused() {
    let long = "a".repeat(ENTRY_CHARS_MAX + 1);
    for entry in ["", "   ", "*", "!", "vi*ol", "a", "123", "…", &long, "a b c d e f g h i"] {
        assert_eq!(WordList::default().add(entry, Topic::Other), Err(BadEntry), "{entry}");
    }
    assert_eq!(canonical("  Pot   DE vin "), Ok("pot de vin".to_owned()));
}

proptest! {
    #[test]
    fn no_text_makes_it_fail(text: String) {
        let _ = WordList::shipped().topics(&text);
    }

    #[test]
    fn an_entry_is_found_wherever_it_stands(before in "[xyz ]{0,20}", after in "[xyz ]{0,20}") {
        let mut list = WordList::default();
        list.add("kadejak*", Topic::Sea).expect("a stem");
        let text = format!("{before} kadejakè {after}");
        prop_assert!(list.topics(&text).contains(&Topic::Sea));
    }
}
