<?php

use Tygh\Tygh;

if (!defined('BOOTSTRAP')) {
    die('Access denied');
}

if ($_SERVER['REQUEST_METHOD'] !== 'POST' && fn_xero_connector_is_shown()) {
    $view = Tygh::$app['view'];
    $view->assign('xero_connector_shown', true);
    $xero_order_ids = [];
    if ($mode === 'manage') {
        $xero_order_ids = array_column((array) $view->getTemplateVars('orders'), 'order_id');
    } elseif ($mode === 'details' && isset($_REQUEST['order_id'])) {
        $xero_order_ids = [$_REQUEST['order_id']];
    }
    if ($xero_order_ids) {
        $view->assign('xero_connector_states', fn_xero_connector_states('order', $xero_order_ids));
    }
}
