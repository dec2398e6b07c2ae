<?php

use Tygh\Tygh;

if (!defined('BOOTSTRAP')) {
    die('Access denied');
}

if ($_SERVER['REQUEST_METHOD'] !== 'POST' && fn_xero_connector_is_shown()) {
    $view = Tygh::$app['view'];
    $view->assign('xero_connector_shown', true);
    $xero_product_ids = [];
    if ($mode === 'manage') {
        $xero_product_ids = array_column((array) $view->getTemplateVars('products'), 'product_id');
    } elseif ($mode === 'update' && isset($_REQUEST['product_id'])) {
        $xero_product_ids = [$_REQUEST['product_id']];
    }
    if ($xero_product_ids) {
        $view->assign('xero_connector_states', fn_xero_connector_states('product', $xero_product_ids));
    }
}
