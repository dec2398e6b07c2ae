<?php
declare(strict_types=1);

require_once __DIR__ . '/cscart.php';
require_once __DIR__ . '/library.php';
require_once __DIR__ . '/../../php/doubles.php';
require_once __DIR__ . '/ShopTestCase.php';
