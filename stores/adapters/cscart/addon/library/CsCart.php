<?php
declare(strict_types=1);

namespace XeroConnector;

use Tygh\Registry;

/** What only CS-Cart's own program knows and can do. The one place that calls its functions. */
final class CsCart implements Log
{
    private const SWITCHES = ['C' => false, 'A' => false, 'V' => false];

    /** @return string "4.18.1" */
    public function version(): string
    {
        return defined('PRODUCT_VERSION') ? (string) PRODUCT_VERSION : '';
    }

    /** @return string "ULTIMATE", "MULTIVENDOR" … */
    public function edition(): string
    {
        return defined('PRODUCT_EDITION') ? (string) PRODUCT_EDITION : '';
    }

    /** @return string the storefront's, without index.php and without a slash at the end */
    public function address(): string
    {
        $address = (string) preg_replace('#/?(index\.php)?(\?.*)?$#', '', fn_url('', 'C', 'https'));
        return rtrim($address !== '' ? $address : (string) Registry::get('config.https_location'), '/');
    }

    public function cronAddress(string $token): string
    {
        return $this->address() . '/index.php?dispatch=xero_connector.push&token=' . $token;
    }

    public function name(): string
    {
        return (string) Registry::get('settings.Company.company_name');
    }

    public function timezone(): string
    {
        return (string) (Registry::get('settings.Appearance.timezone') ?: date_default_timezone_get());
    }

    /** @return string the primary currency, in which every amount is stored */
    public function baseCurrency(): string
    {
        return defined('CART_PRIMARY_CURRENCY') ? (string) CART_PRIMARY_CURRENCY : '';
    }

    /** @return string "subtotal", "unit_price", or "" where the shop does not say */
    public function taxCalculation(): string
    {
        $said = Registry::get('settings.Checkout.tax_calculation') ?: Registry::get('settings.General.tax_calculation');
        return (string) $said;
    }

    /** @return array<int, array<string, mixed>> */
    public function currencies(): array
    {
        return array_values((array) (Registry::get('currencies') ?: []));
    }

    /** @return string the language of the shop's own texts: "en" */
    public function language(): string
    {
        $admin = Registry::get('settings.Appearance.backend_default_language');
        return (string) ($admin ?: (defined('CART_LANGUAGE') ? CART_LANGUAGE : 'en'));
    }

    /** @return array<string, mixed> an order as CS-Cart's own function makes it; [] where there is none */
    public function order(int $id): array
    {
        $order = fn_get_order_info($id, false, false);
        return is_array($order) ? $order : [];
    }

    /** Puts an order into a status; stock, points and other add-ons hear of it. */
    public function changeStatus(int $id, string $status, bool $notify): void
    {
        $told = $notify ? [] : self::SWITCHES;
        fn_change_order_status($id, $status, '', $told);
    }

    public function decrypt(string $text): string
    {
        return (string) fn_decrypt_text($text);
    }

    /** Drops what the shop has cached of its products. */
    public function forgetProducts(): void
    {
        if (is_callable([Registry::class, 'setChangedTables'])) {
            Registry::setChangedTables(['products']);
        }
    }

    public function log(string $message): void
    {
        if (function_exists('fn_log_event')) {
            fn_log_event('general', 'runtime', ['message' => $message]);
            return;
        }
        error_log($message);
    }
}
