<?php

// Where a shop has the library, tests have this file: the library itself, and the parts that only OpenCart 3 needs.
require_once dirname(__DIR__, 4) . '/library.php';
require_once __DIR__ . '/../../../../../../../../stores/adapters/opencart/extension/3/system/library/xero_connector/'
    . 'OpenCart3.php';
require_once __DIR__ . '/../../../../../../../../stores/adapters/opencart/extension/3/system/library/xero_connector/'
    . 'Triggers.php';
