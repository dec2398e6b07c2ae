<?php

use Tygh\Tygh;
use XeroConnector\Connector;
use XeroConnector\Http\Wishes;

if (!defined('BOOTSTRAP')) {
    die('Access denied');
}

if (!fn_xero_connector_is_shown()) {
    return [CONTROLLER_STATUS_DENIED];
}

$connector = new Connector();
$settings = $connector->settings();

// CS-Cart has checked its token of the session for a POST, and the right to the mode (schemas/permissions).
if ($_SERVER['REQUEST_METHOD'] === 'POST') {
    if ($mode === 'power') {
        $settings->set(['status' => $settings->isOn() ? '0' : '1']);
        fn_set_notification('N', __('notice'), __('xero_connector.saved'));
    } elseif ($mode === 'test') {
        $said = $settings->isPaired()
            ? $connector->hooks()->greet()
            : ['reached' => false, 'error' => __('xero_connector.not_paired')];
        fn_set_notification(
            $said['reached'] ? 'N' : 'E',
            __($said['reached'] ? 'notice' : 'error'),
            $said['reached'] ? __('xero_connector.tested') : htmlspecialchars($said['error'], ENT_QUOTES, 'UTF-8')
        );
    } elseif ($mode === 'unpair') {
        $settings->unpair();
        fn_set_notification('N', __('notice'), __('xero_connector.unpaired'));
    } elseif ($mode === 'renew') {
        $settings->renewKeys();
        fn_set_notification('N', __('notice'), __('xero_connector.renewed'));
    } elseif (in_array($mode, ['wish_orders', 'wish_products'], true)) {
        fn_xero_connector_wish($connector, $mode === 'wish_orders' ? 'order' : 'product', $_REQUEST);
        $back = isset($_REQUEST['return_url']) && is_string($_REQUEST['return_url']) ? $_REQUEST['return_url'] : '';
        $own = preg_match('/^(orders|products|xero_connector)\.[a-z_]+(\?[\w=&%.-]*)?$/D', $back);
        return [CONTROLLER_STATUS_REDIRECT, $own ? $back : 'xero_connector.attention'];
    } elseif (in_array($mode, ['m_orders', 'm_products'], true)) {
        // Chosen rows of a list: what is wished, and why, is asked on a page of its own. The list's own way back would
        // lead past it.
        unset($_REQUEST['redirect_url']);
        $kind = $mode === 'm_orders' ? 'order' : 'product';
        $chosen = isset($_REQUEST[$kind . '_ids']) ? (array) $_REQUEST[$kind . '_ids'] : [];
        $ids = array_slice(array_filter(array_map('intval', $chosen)), 0, Wishes::MOST);
        if (!$ids) {
            fn_set_notification('W', __('warning'), __('xero_connector.nothing_chosen'));
            return [CONTROLLER_STATUS_REDIRECT, $kind . 's.manage'];
        }
        return [CONTROLLER_STATUS_REDIRECT, 'xero_connector.ask_' . $kind . 's?ids=' . implode(',', $ids)];
    }
    return [CONTROLLER_STATUS_OK, 'xero_connector.manage'];
}

$view = Tygh::$app['view'];

if ($mode === 'manage') {
    if (!$settings->isOfThisVersion()) {
        $connector->install();
    }
    $view->assign('xero_connection', [
        'is_on' => $settings->isOn(),
        'is_paired' => $settings->isPaired(),
        'code' => $connector->pairingCode(),
        'cron' => $connector->cronAddress(),
        'app' => $settings->get('app'),
        'store' => $settings->get('store'),
        'paired_at' => $settings->get('paired_at'),
        'reached' => $settings->get('reached'),
        'error' => $settings->get('error'),
        'last_contact' => (int) $settings->get('last_contact'),
        'attention' => $connector->states()->countNeedingAttention(),
    ]);
} elseif ($mode === 'attention') {
    $a_page = 20;
    $page = isset($_REQUEST['page']) ? max(1, (int) $_REQUEST['page']) : 1;
    $view->assign('xero_attention', $connector->states()->needingAttention(($page - 1) * $a_page, $a_page));
    $view->assign('xero_pages', (int) ceil($connector->states()->countNeedingAttention() / $a_page));
    $view->assign('xero_page', $page);
} elseif ($mode === 'ask_orders' || $mode === 'ask_products') {
    $chosen = isset($_REQUEST['ids']) && is_string($_REQUEST['ids']) ? explode(',', $_REQUEST['ids']) : [];
    $ids = array_slice(array_filter(array_map('intval', $chosen)), 0, Wishes::MOST);
    $view->assign('xero_ids', implode(',', $ids));
    $view->assign('xero_number', count($ids));
} else {
    return [CONTROLLER_STATUS_NO_PAGE];
}
